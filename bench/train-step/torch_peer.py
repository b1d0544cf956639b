"""The training step in PyTorch, on the weights that the benchmark wrote; times and gradients as JSON on stdout.

Usage: torch_peer.py FOLDER METHOD ROUNDS, METHOD one of eager, compile, peft. Source: ours.
"""

import json
import math
import resource
import sys
import time

import torch
import torch.nn.functional as F

folder, method, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])
manifest = json.load(open(f"{folder}/manifest.json"))
shape = manifest["shape"]
raw = torch.from_file(f"{folder}/tensors.bin", size=manifest["floats"], dtype=torch.float32)
tensors = {}
for entry in manifest["tensors"]:
    count = math.prod(entry["shape"])
    flat = raw[entry["start"] : entry["start"] + count]
    flat = flat.view(torch.int32).long() if entry["dtype"] == "int32" else flat.clone()
    tensors[entry["name"]] = flat.reshape(entry["shape"])

d, heads, kv_heads = shape["d"], shape["heads"], shape["kvHeads"]
B, T, D = shape["batch"], shape["length"], shape["d"] // shape["heads"]
LINEAR = ["q", "k", "v", "o", "gate", "up", "down"]
SCALE = 2


def table(fn):
    angles = torch.arange(T)[:, None] * 10000.0 ** (-2 * (torch.arange(D) % (D // 2)) / D)[None]
    return fn(angles)


COS, SIN = table(torch.cos), table(torch.sin)


def rotary(x):
    first, second = x.chunk(2, -1)
    return x * COS + torch.cat([-second, first], -1) * SIN


class Lora(torch.nn.Module):
    """W is [in, out]; nn.Linear holds its transpose."""

    def __init__(self, weight, a, b):
        super().__init__()
        self.base = torch.nn.Linear(*weight.shape, bias=False)
        self.base.weight = torch.nn.Parameter(weight.T.contiguous(), requires_grad=a is None)
        self.a = None if a is None else torch.nn.Parameter(a.T.contiguous())
        self.b = None if b is None else torch.nn.Parameter(b.T.contiguous())

    def forward(self, x):
        y = self.base(x)
        return y if self.a is None else y + F.linear(F.linear(x, self.a), self.b) * SCALE


class Layer(torch.nn.Module):
    def __init__(self, i):
        super().__init__()
        lora = shape["rank"] > 0
        at = f"weights.layers.{i}"
        for name in LINEAR:
            pair = [tensors[f"adapters.{i}.{name}.{m}"] for m in "ab"] if lora else [None, None]
            setattr(self, name, Lora(tensors[f"{at}.{name}"], *pair))
        self.norm1 = torch.nn.Parameter(tensors[f"{at}.norm1"], requires_grad=not lora)
        self.norm2 = torch.nn.Parameter(tensors[f"{at}.norm2"], requires_grad=not lora)

    def forward(self, x):
        split = lambda y, n: y.view(B, T, n, D).transpose(1, 2)
        h = F.rms_norm(x, (d,), self.norm1, 1e-5)
        q, k = rotary(split(self.q(h), heads)), rotary(split(self.k(h), kv_heads))
        v = split(self.v(h), kv_heads)
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=kv_heads != heads)
        x = x + self.o(mixed.transpose(1, 2).reshape(B, T, d))
        g = F.rms_norm(x, (d,), self.norm2, 1e-5)
        return x + self.down(F.silu(self.gate(g)) * self.up(g))


class Decoder(torch.nn.Module):
    def __init__(self):
        super().__init__()
        full = shape["rank"] == 0
        self.embedding = torch.nn.Parameter(tensors["weights.embedding"], requires_grad=full)
        self.norm = torch.nn.Parameter(tensors["weights.norm"], requires_grad=full)
        self.head = torch.nn.Parameter(tensors["weights.head"].T.contiguous(), requires_grad=full)
        self.layers = torch.nn.ModuleList(Layer(i) for i in range(shape["layers"]))

    def forward(self, tokens, targets):
        x = F.embedding(tokens, self.embedding)
        for layer in self.layers:
            x = layer(x)
        logits = F.linear(F.rms_norm(x, (d,), self.norm, 1e-5), self.head)
        return F.cross_entropy(logits.flatten(0, 1), targets.flatten())


model = Decoder()
if method == "peft":
    import peft

    for layer in model.layers:
        for name in LINEAR:
            setattr(layer, name, getattr(layer, name).base)
    config = peft.LoraConfig(r=shape["rank"], lora_alpha=SCALE * shape["rank"], target_modules=LINEAR)
    model = peft.get_peft_model(model, config)
    for i, layer in enumerate(model.base_model.model.layers):
        for name in LINEAR:
            linear = getattr(layer, name)
            linear.lora_A["default"].weight.data = tensors[f"adapters.{i}.{name}.a"].T.contiguous()
            linear.lora_B["default"].weight.data = tensors[f"adapters.{i}.{name}.b"].T.contiguous()
    layers = model.base_model.model.layers
    pair = lambda linear: (linear.lora_A["default"].weight, linear.lora_B["default"].weight)
else:
    layers = model.layers
    pair = lambda linear: (linear.a, linear.b)

run = torch.compile(model) if method == "compile" else model
trained = [p for p in model.parameters() if p.requires_grad]


def step():
    loss = run(tensors["batch.tokens"], tensors["batch.targets"])
    return loss, torch.autograd.grad(loss, trained)


step()
step()
times = []
for _ in range(rounds):
    start = time.perf_counter()
    step()
    times.append((time.perf_counter() - start) * 1000)
loss, grads = step()
by_parameter = dict(zip(map(id, trained), grads))
named = {}
if shape["rank"] > 0:
    for i, layer in enumerate(layers):
        for name in LINEAR:
            for m, parameter in zip("ab", pair(getattr(layer, name))):
                named[f"{i}.{name}.{m}"] = by_parameter[id(parameter)].T.contiguous()
else:
    for i, layer in enumerate(layers):
        for name in LINEAR:
            named[f"layers.{i}.{name}"] = by_parameter[id(getattr(layer, name).base.weight)].T.contiguous()
        for name in ["norm1", "norm2"]:
            named[f"layers.{i}.{name}"] = by_parameter[id(getattr(layer, name))]
    named |= {"embedding": by_parameter[id(model.embedding)], "norm": by_parameter[id(model.norm)]}
    named["head"] = by_parameter[id(model.head)].T.contiguous()
with open(f"{folder}/{method}.bin", "wb") as out:
    for value in named.values():
        out.write(value.numpy().tobytes())

square = torch.randn(1024, 1024)
best = 0.0
for _ in range(20):
    start = time.perf_counter()
    square @ square
    best = max(best, 2 * 1024**3 / (time.perf_counter() - start) / 1e9)
print(
    json.dumps(
        {
            "version": torch.__version__,
            "times": times,
            "loss": loss.item(),
            "names": list(named),
            "lengths": [value.numel() for value in named.values()],
            "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
            "product": best,
        }
    )
)
