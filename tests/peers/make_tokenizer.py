"""Writes a tokenizer whose tokens are the words between spaces, for tools that insist on one.

    python make_tokenizer.py FOLDER

Needs `tokenizers`, which those tools bring. A word that it does not know is a token, too.
"""

import json
import os
import sys

from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import WhitespaceSplit

folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)
tokenizer = Tokenizer(WordLevel({"<unk>": 0, "</s>": 1}, unk_token="<unk>"))
tokenizer.pre_tokenizer = WhitespaceSplit()
tokenizer.save(os.path.join(folder, "tokenizer.json"))
with open(os.path.join(folder, "tokenizer_config.json"), "w") as file:
    settings = {"tokenizer_class": "PreTrainedTokenizerFast", "unk_token": "<unk>", "eos_token": "</s>"}
    json.dump(settings, file)
