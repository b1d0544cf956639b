"""The loss of CoAltMin minimised over U, the cores and V together by PyTorch's L-BFGS or Adam, from the spectral start.

Called with one JSON object, {"method", "d", "r", "k", "m", "seconds"}; prints one JSON object. Gaussian sensing only.
"""

import json
import resource
import sys
import time

import torch

job = json.loads(sys.argv[1])
d, r, k, m = job["d"], job["r"], job["k"], job["m"]
base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
torch.manual_seed(1)
torch.set_default_dtype(torch.float64)

U_true = torch.linalg.qr(torch.randn(d, r))[0]
V_true = torch.linalg.qr(torch.randn(d, r))[0]
common = torch.randn(r, r)
u, _, vt = torch.linalg.svd(0.5**0.5 * common + 0.5**0.5 * torch.randn(k, r, r))
cores_true = u @ torch.diag(2.0 ** (-torch.arange(r) / max(1, r - 1))) @ vt
theta_true = U_true @ cores_true @ V_true.T
A = torch.randn(k, m, d * d)
y = torch.einsum("kmp,kp->km", A, theta_true.reshape(k, -1))
norms = theta_true.flatten(1).norm(dim=1)

begin, begin_cpu = time.perf_counter(), time.process_time()
B = torch.einsum("km,kmp->kp", y, A).reshape(k, d, d) / m
U = torch.linalg.svd(torch.cat(list(B), 1), full_matrices=False)[0][:, :r].contiguous().clone().requires_grad_()
V = torch.linalg.svd(torch.cat(list(B), 0), full_matrices=False)[2][:r].T.contiguous().clone().requires_grad_()
cores = (U.T @ B @ V).detach().requires_grad_()
parameters = [U, cores, V]


def loss():
    theta = (U @ cores @ V.T).reshape(k, -1, 1)
    return ((torch.bmm(A, theta).squeeze(2) - y) ** 2).sum() / (k * m)


def error():
    with torch.no_grad():
        return ((U @ cores @ V.T - theta_true).flatten(1).norm(dim=1) / norms).max().item()


if job["method"] == "lbfgs":
    options = {"max_iter": 20, "history_size": 50, "tolerance_grad": 0, "tolerance_change": 0, "line_search_fn": "strong_wolfe"}
    optimizer = torch.optim.LBFGS(parameters, **options)
else:
    optimizer = torch.optim.Adam(parameters, lr=0.01)


def closure():
    optimizer.zero_grad()
    value = loss()
    value.backward()
    return value


steps = 0
while error() >= 1e-8 and time.perf_counter() - begin < job["seconds"]:
    optimizer.step(closure)
    steps += 1
seconds, cpu = time.perf_counter() - begin, time.process_time() - begin_cpu
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - base
outcome = {"seconds": seconds, "cpu": cpu, "iterations": steps, "error": error(), "peak": peak, "measurements": A.numel() * 8}
print(json.dumps(outcome))
