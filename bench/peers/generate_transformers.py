"""Batched greedy decoding by transformers. Arguments: model folder, file with prompts (JSON lists of tokens), tokens, rounds.

Prints one JSON line: seconds of each round, the tokens made and the versions.
"""

import json
import sys
import time

import torch
import transformers
from transformers import AutoModelForCausalLM

folder, prompts, tokens, rounds = sys.argv[1], json.load(open(sys.argv[2])), int(sys.argv[3]), int(sys.argv[4])
transformers.logging.set_verbosity_error()
model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
model.generation_config.eos_token_id = None
longest = max(map(len, prompts))
ids = torch.tensor([[0] * (longest - len(p)) + p for p in prompts])
mask = torch.tensor([[0] * (longest - len(p)) + [1] * len(p) for p in prompts])


def run():
    with torch.inference_mode():
        out = model.generate(ids, attention_mask=mask, max_new_tokens=tokens, do_sample=False, pad_token_id=0)
    return out[:, longest:].tolist()


made = run()
seconds = []
for _ in range(rounds):
    start = time.perf_counter()
    run()
    seconds.append(time.perf_counter() - start)
print(json.dumps({"seconds": seconds, "tokens": made, "version": f"transformers {transformers.__version__}, torch {torch.__version__}"}))
