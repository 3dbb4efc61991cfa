"""Writes a tiny model of the llama architecture with random weights, as GGUF: python tiny_model.py model.gguf

Its vocabulary is of bytes, some pairs of them as BPE merges them, and words. It says words at random and ends now and then: what
counts is how a server streams it.
"""

import sys
from collections import Counter

import gguf
import numpy as np

CONTEXT = 32768
LAYERS, WIDTH, HEADS, FEED = 2, 64, 4, 128
MERGES = 120
TEXT = (
    "The sky is blue because the air scatters short waves of light more than long ones. "
    "A stream of words comes token by token, and each of them has a time. "
    "What is the weather like in Paris today, and what will it be tomorrow? "
    "天空是蓝色的，因为空气散射短波。 "
)
WORDS = (
    " the sky is blue and a wind blows over hills where rivers run to an open sea while we wait for rain; "
    "light falls on stone, leaves turn gold, birds fly south, snow covers old roads."
).replace(" ", " \0").split("\0")
TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]


def byte_characters():
    """How byte-level BPE writes each byte as a character."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    named = {byte: chr(byte) for byte in plain}
    for byte in range(256):
        if byte not in named:
            named[byte] = chr(256 + len(named) - len(plain))
    return named


def merges_of(words, count):
    """The pairs that come together most often, one after the other."""
    found = []
    for _ in range(count):
        pairs = Counter(pair for word in words for pair in zip(word, word[1:]))
        if not pairs:
            break
        (left, right), _times = max(pairs.items(), key=lambda item: (item[1], item[0]))
        found.append((left, right))
        for word in words:
            at = 0
            while at < len(word) - 1:
                if (word[at], word[at + 1]) == (left, right):
                    word[at : at + 2] = [left + right]
                at += 1
    return found


def main(path):
    named = byte_characters()

    def written(text):
        return "".join(named[byte] for byte in text.encode())

    merges = merges_of([list(written(f" {word}")) for word in TEXT.split()], MERGES)
    tokens = [named[byte] for byte in range(256)]
    tokens += [left + right for left, right in merges if left + right not in tokens]
    words = [written(f" {word.strip()}") for word in WORDS if word.strip()]
    tokens += [word for word in dict.fromkeys(words) if word not in tokens]
    first_special = len(tokens)
    tokens += SPECIAL

    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name("tiny")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(FEED)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    types = [gguf.TokenType.NORMAL] * first_special + [gguf.TokenType.CONTROL] * len(SPECIAL)
    writer.add_token_types(types)
    writer.add_token_merges([f"{left} {right}" for left, right in merges])
    writer.add_bos_token_id(first_special)
    writer.add_eos_token_id(first_special + 2)
    writer.add_add_bos_token(False)
    writer.add_chat_template(TEMPLATE)

    random = np.random.default_rng(1)

    def weights(*shape, scale=0.05):
        return random.normal(0, scale, shape).astype(np.float32)

    embedding = weights(len(tokens), WIDTH, scale=1)
    # A direction that all tokens share, for the last layer to tell words from all else.
    embedding[:, 0] = 8
    writer.add_tensor("token_embd.weight", embedding)
    for layer in range(LAYERS):
        for name in ("attn_norm", "ffn_norm"):
            writer.add_tensor(f"blk.{layer}.{name}.weight", np.ones(WIDTH, dtype=np.float32))
        for name in ("attn_q", "attn_k", "attn_v", "attn_output"):
            writer.add_tensor(f"blk.{layer}.{name}.weight", weights(WIDTH, WIDTH))
        writer.add_tensor(f"blk.{layer}.ffn_gate.weight", weights(FEED, WIDTH))
        writer.add_tensor(f"blk.{layer}.ffn_up.weight", weights(FEED, WIDTH))
        writer.add_tensor(f"blk.{layer}.ffn_down.weight", weights(WIDTH, FEED))
    writer.add_tensor("output_norm.weight", np.ones(WIDTH, dtype=np.float32))
    output = weights(len(tokens), WIDTH, scale=0.3)
    is_word = np.array([token in set(words) for token in tokens])
    output[:, 0] = np.where(is_word, 0, -8)
    output[first_special + 2, 0] = -0.2
    writer.add_tensor("output.weight", output)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


main(sys.argv[1])
