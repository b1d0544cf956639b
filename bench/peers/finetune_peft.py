"""Fine-tuning steps of four clients with PyTorch and PEFT. Argument: a folder with base, start.safetensors and problem.json.

Reads lines "KIND COUNT" and answers each with one JSON line: milliseconds of each step and the mean loss before it. Kinds:
peft     four LoRA adapters of PEFT's, each with its own optimiser, stepped one after the other: the same parameters per client as CoLoRA
turns    CoLoRA: shared U, V, a core for each client; the clients' losses one after the other, gradients added up, one step
stacked  CoLoRA: the clients in one batch, their cores applied by a batched product
"""

import json
import sys
import time
from pathlib import Path

import peft
import torch
import transformers
from safetensors.torch import load_file
from torch.nn.functional import cross_entropy, linear
from transformers import AutoModelForCausalLM

folder = Path(sys.argv[1])
problem = json.loads((folder / "problem.json").read_text())
transformers.logging.set_verbosity_error()
transformers.utils.logging.disable_progress_bar()
clients, rank, scale = problem["clients"], problem["rank"], problem["alpha"] / problem["rank"]
each = len(problem["examples"]) // clients
tokens = torch.tensor([example["prompt"] + example["answer"][:-1] for example in problem["examples"]])
targets = torch.tensor([example["answer"] for example in problem["examples"]])
first = len(problem["examples"][0]["prompt"]) - 1
start = load_file(folder / "start.safetensors")
rates = dict(betas=(0.9, problem["beta2"]), eps=1e-8, weight_decay=0, fused=True)


def base():
    model = AutoModelForCausalLM.from_pretrained(folder / "base", dtype=torch.float32).train()
    return model.requires_grad_(False)


def loss_of(model, rows):
    states = model.model(tokens[rows], use_cache=False).last_hidden_state[:, first:]
    return cross_entropy(model.lm_head(states).flatten(0, 1), targets[rows].flatten())


class CoLoRA(torch.nn.Module):
    """A linear map with s U Λ Vᵀ added, of the client whose turn it is, or of all in equal runs of the batch."""

    client = None

    def __init__(self, plain, name):
        super().__init__()
        self.plain = plain
        self.a = torch.nn.Parameter(start[f"{name}.a"][0].clone())
        self.b = torch.nn.Parameter(start[f"{name}.b"][0].clone())
        self.c = torch.nn.Parameter(start[f"{name}.c"].clone())

    def forward(self, x):
        inner = linear(x, self.a)
        if CoLoRA.client is None:
            inner = torch.bmm(inner.view(clients, -1, rank), self.c.mT).view(inner.shape)
        else:
            inner = linear(inner, self.c[CoLoRA.client])
        return self.plain(x) + scale * linear(inner, self.b)


def colora():
    model = base()
    for name, module in list(model.named_modules()):
        for child, plain in list(module.named_children()):
            if child in problem["targets"]:
                setattr(module, child, CoLoRA(plain, f"{name}.{child}"))
    cores = [parameter for name, parameter in model.named_parameters() if name.endswith(".c")]
    factors = [parameter for name, parameter in model.named_parameters() if parameter.requires_grad and not name.endswith(".c")]
    groups = [{"params": factors, "lr": problem["rate"]}, {"params": cores, "lr": problem["coreRate"]}]
    return model, torch.optim.AdamW(groups, **rates)


def turns():
    model, optimizer = colora()

    def step():
        optimizer.zero_grad()
        total = 0
        for client in range(clients):
            CoLoRA.client = client
            loss = loss_of(model, slice(client * each, (client + 1) * each)) / clients
            loss.backward()
            total += loss.item()
        optimizer.step()
        return total

    return step


def stacked():
    model, optimizer = colora()

    def step():
        CoLoRA.client = None
        optimizer.zero_grad()
        loss = loss_of(model, slice(None))
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def with_peft():
    config = peft.LoraConfig(r=rank, lora_alpha=problem["alpha"], target_modules=problem["targets"], task_type="CAUSAL_LM")
    model = peft.get_peft_model(base(), config, adapter_name="0")
    for client in range(1, clients):
        model.add_adapter(str(client), config)
    optimizers = []
    for client in range(clients):
        model.set_adapter(str(client))
        own = [parameter for parameter in model.parameters() if parameter.requires_grad]
        optimizers.append(torch.optim.AdamW(own, lr=problem["rate"], **rates))

    def step():
        total = 0
        for client, optimizer in enumerate(optimizers):
            model.set_adapter(str(client))
            optimizer.zero_grad()
            loss = loss_of(model.base_model.model, slice(client * each, (client + 1) * each))
            loss.backward()
            optimizer.step()
            total += loss.item() / clients
        return total

    return step


makers, steps = {"peft": with_peft, "turns": turns, "stacked": stacked}, {}
print(json.dumps({"version": f"torch {torch.__version__}, peft {peft.__version__}, {torch.get_num_threads()} threads"}), flush=True)
for line in sys.stdin:
    kind, count = line.split()
    step = steps.get(kind) or steps.setdefault(kind, makers[kind]())
    times, losses = [], []
    for _ in range(int(count)):
        begin = time.perf_counter()
        losses.append(step())
        times.append((time.perf_counter() - begin) * 1000)
    print(json.dumps({"times": times, "losses": losses}), flush=True)
