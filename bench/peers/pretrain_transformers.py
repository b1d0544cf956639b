"""Training steps of transformers' model with torch's AdamW. Arguments: model folder, file with a batch, rounds.

The batch is {"tokens": [[…]], "targets": [[…]], "options": {…}}; a step is forward, backward and update, the loss the mean over all
targets. Prints one JSON line: milliseconds of each step, the losses and the versions.
"""

import json
import sys
import time

import torch
import transformers
from transformers import AutoModelForCausalLM

folder, batch, rounds = sys.argv[1], json.load(open(sys.argv[2])), int(sys.argv[3])
transformers.logging.set_verbosity_error()
model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).train()
options = batch["options"]
optimizer = torch.optim.AdamW(
    model.parameters(),
    lr=options["learningRate"],
    betas=(0.9, options["beta2"]),
    eps=1e-8,
    weight_decay=options["weightDecay"],
    fused=True,
)
tokens, targets = torch.tensor(batch["tokens"]), torch.tensor(batch["targets"])


def step():
    logits = model(tokens, use_cache=False).logits
    loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


losses, times = [], []
for _ in range(rounds + 2):
    start = time.perf_counter()
    losses.append(step())
    times.append((time.perf_counter() - start) * 1000)
version = f"transformers {transformers.__version__}, torch {torch.__version__}"
print(json.dumps({"times": times[2:], "losses": losses, "version": version}))
