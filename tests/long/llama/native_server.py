"""llama.cpp's own server, as the package xllamacpp brings it, built: python native_server.py model.gguf PORT

It is the code of `llama-server`, with --metrics, --parallel 4 and a context of 32768. Ends with its standard input.
"""

import sys

import xllamacpp

params = xllamacpp.CommonParams()
params.model.path = sys.argv[1]
params.model_alias = {"tiny"}
params.hostnames = ["127.0.0.1"]
params.port = int(sys.argv[2])
params.n_ctx = 32768
params.n_parallel = 4
params.kv_unified = True
params.endpoint_metrics = True
params.cpuparams.n_threads = 1
params.use_jinja = True
server = xllamacpp.Server(params)
print(server.listening_address, flush=True)
sys.stdin.read()
