"""CoAltMin written the straightforward way in NumPy and SciPy: the reference of `npm run bench -- coaltmin`.

Called with one JSON object, {"sensing", "d", "r", "k", "m", "seconds", "solver"}; prints one JSON object. For scalar responses the
solver of the shared step is "lstsq" or, by normal equations, "normal"; for vector responses it is conjugate gradients. Data are drawn here, from the
same distribution, before the clock starts.
"""

import json
import resource
import sys
import time

import numpy as np
from scipy.sparse.linalg import LinearOperator, cg

job = json.loads(sys.argv[1])
d, r, k, m = job["d"], job["r"], job["k"], job["m"]
rng = np.random.default_rng(1)
base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def clock():
    return time.perf_counter(), time.process_time()


def orthonormal(rows):
    return np.linalg.qr(rng.standard_normal((rows, r)))[0]


def draw_cores():
    common = rng.standard_normal((r, r))
    cores = []
    for _ in range(k):
        u, _, vt = np.linalg.svd(np.sqrt(0.5) * common + np.sqrt(0.5) * rng.standard_normal((r, r)))
        cores.append(u @ np.diag(2.0 ** (-np.arange(r) / max(1, r - 1))) @ vt)
    return np.array(cores)


U_true, V_true, cores_true = orthonormal(d), orthonormal(d), draw_cores()


def relative_error(U, V, cores):
    Ru = np.linalg.qr(np.hstack([U, U_true]))[1]
    Rv = np.linalg.qr(np.hstack([V, V_true]))[1]
    worst = 0.0
    for core, true in zip(cores, cores_true):
        block = np.zeros((2 * r, 2 * r))
        block[:r, :r], block[r:, r:] = core, -true
        worst = max(worst, np.linalg.norm(Ru @ block @ Rv.T) / np.linalg.norm(true))
    return worst


def gaussian():
    A = np.empty((k, m, d, d))
    y = np.empty((k, m))
    for i in range(k):
        A[i] = rng.standard_normal((m, d, d))
        y[i] = A[i].reshape(m, -1) @ (U_true @ cores_true[i] @ V_true.T).reshape(-1)
    measurements = A.nbytes
    begin = clock()
    B = np.array([np.tensordot(y[i], A[i], 1) / m for i in range(k)])
    U = np.linalg.svd(np.hstack(list(B)), full_matrices=False)[0][:, :r]
    V = np.linalg.svd(np.vstack(list(B)), full_matrices=False)[2][:r].T

    def half(moving, P):
        """P [k, m, d, r]: the measurements contracted with the fixed basis."""
        design = (moving.T @ P).reshape(k, m, r * r)
        X = np.array([np.linalg.lstsq(design[i], y[i], rcond=None)[0].reshape(r, r) for i in range(k)])
        shared = (P.reshape(k, m * d, r) @ X.transpose(0, 2, 1)).reshape(k * m, d * r)
        if job["solver"] == "normal":
            basis = np.linalg.solve(shared.T @ shared, shared.T @ y.reshape(-1)).reshape(d, r)
        else:
            basis = np.linalg.lstsq(shared, y.reshape(-1), rcond=None)[0].reshape(d, r)
        Q, R = np.linalg.qr(basis)
        return Q, R @ X

    iterations = 0
    while True:
        U, _ = half(U, (A.reshape(-1, d) @ V).reshape(k, m, d, r))
        V, X = half(V, A.transpose(0, 1, 3, 2) @ U)
        iterations += 1
        error = relative_error(U, V, X.transpose(0, 2, 1))
        if error < 1e-8 or clock()[0] - begin[0] > job["seconds"]:
            return measurements, [now - then for now, then in zip(clock(), begin)], iterations, error


def vector():
    X = rng.standard_normal((k, m, d))
    Y = np.empty((k, m, d))
    for i in range(k):
        Y[i] = X[i] @ V_true @ cores_true[i].T @ U_true.T
    measurements = X.nbytes + Y.nbytes
    begin = clock()
    U, V = orthonormal(d), orthonormal(d)
    for _ in range(3):
        U = np.linalg.qr(sum(Y[i].T @ (X[i] @ (X[i].T @ (Y[i] @ U))) for i in range(k)))[0]
        V = np.linalg.qr(sum(X[i].T @ (Y[i] @ (Y[i].T @ (X[i] @ V))) for i in range(k)))[0]

    def personal(U, V):
        return [np.linalg.lstsq(X[i] @ V, Y[i] @ U, rcond=None)[0].T for i in range(k)]

    iterations = 0
    while True:
        cores = personal(U, V)
        gram, moment = np.zeros((r, r)), np.zeros((r, d))
        for i in range(k):
            Z = X[i] @ V @ cores[i].T
            gram += Z.T @ Z
            moment += Z.T @ Y[i]
        U = np.linalg.qr(np.linalg.solve(gram, moment).T)[0]
        cores = personal(U, V)

        def apply(v):
            if clock()[0] - begin[0] > job["seconds"]:
                raise TimeoutError
            M = v.reshape(d, r)
            return sum(X[i].T @ (X[i] @ M @ (cores[i].T @ cores[i])) for i in range(k)).reshape(-1)

        rhs = sum(X[i].T @ (Y[i] @ U @ cores[i]) for i in range(k)).reshape(-1)
        # SciPy's tolerance is relative to the right-hand side: what the error of this iteration still can use.
        try:
            solution, _ = cg(LinearOperator((d * r, d * r), matvec=apply), rhs, x0=V.reshape(-1), rtol=1e-10)
        except TimeoutError:
            return measurements, [now - then for now, then in zip(clock(), begin)], iterations, relative_error(U, V, cores)
        V, R = np.linalg.qr(solution.reshape(d, r))
        cores = [core @ R.T for core in cores]
        iterations += 1
        error = relative_error(U, V, cores)
        if error < 1e-8 or clock()[0] - begin[0] > job["seconds"]:
            return measurements, [now - then for now, then in zip(clock(), begin)], iterations, error


measurements, (seconds, cpu), iterations, error = gaussian() if job["sensing"] == "gaussian" else vector()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - base
outcome = {"seconds": seconds, "cpu": cpu, "iterations": iterations, "error": error, "peak": peak, "measurements": measurements}
print(json.dumps(outcome))
