"""Writes significance.json: tests and similarities as SciPy and statsmodels compute them.

    pip install numpy==2.4.6 scipy==1.17.1 statsmodels==0.15.0
    python test/metrics/golden/significance.py && npm run format
"""

import json
from pathlib import Path

import numpy as np
from scipy import stats
from scipy.integrate import quad
from scipy.linalg import subspace_angles
from statsmodels.stats.multitest import multipletests

rng = np.random.default_rng(7)


def mean_difference(a, b, axis):
    return np.mean(a - b, axis=axis)


def pairs(n, shift, digits):
    return np.round(rng.normal(shift, 1, n), digits), np.round(rng.normal(0, 1, n), digits)


def tests():
    # digits: many leave no ties, one leaves ties and zeros
    for n, shift, digits in [(1, 1, 9), (3, 1, 9), (6, 1, 9), (8, 0, 1), (10, 0.7, 9), (12, 0.3, 1), (14, 0.8, 1), (20, 0.2, 9), (60, 0.3, 9), (80, 0.2, 1)]:
        a, b = pairs(n, shift, digits)
        row = {"a": a.tolist(), "b": b.tolist()}
        if n <= 14 and n > 1:
            test = stats.permutation_test((a, b), mean_difference, permutation_type="samples", n_resamples=np.inf, vectorized=True)
            row["permutation"] = [float(test.statistic), float(test.pvalue)]
        kept = a != b
        if digits == 9:
            wilcoxon = stats.wilcoxon(a, b, method="exact" if n <= 50 else "asymptotic", correction=False)
        elif n <= 50:
            wilcoxon = stats.wilcoxon(a[kept], b[kept], method=stats.PermutationMethod(n_resamples=np.inf))
        else:
            wilcoxon = stats.wilcoxon(a, b, method="asymptotic", correction=False)
        row["wilcoxon"] = [float(wilcoxon.statistic), float(wilcoxon.pvalue)]
        if n >= 3:
            row["spearman"] = float(stats.spearmanr(a, b).statistic)
            d = a - b
            row["cohensD"] = float(np.mean(d) / np.std(d, ddof=1))
        if n in (20, 60):
            interval = stats.bootstrap((a, b), lambda x, y: stats.spearmanr(x, y).statistic, paired=True, vectorized=False, method="percentile", n_resamples=20000, rng=rng)
            row["spearmanInterval"] = [float(v) for v in interval.confidence_interval]
            interval = stats.bootstrap((a,), np.mean, method="percentile", n_resamples=50000, rng=rng)
            row["meanInterval"] = [float(v) for v in interval.confidence_interval]
        yield row


def power(d, n, alpha):
    """Not by stats.nct, whose cdf is nan for a large shift."""
    critical = stats.t.isf(alpha / 2, n - 1)
    shift = d * np.sqrt(n)

    def density(u):
        t = critical * u / np.sqrt(n - 1)
        return stats.chi.pdf(u, n - 1) * (stats.norm.sf(t - shift) + stats.norm.cdf(-t - shift))

    centre = np.sqrt(n - 1)
    return float(quad(density, max(0, centre - 9), centre + 9, epsabs=1e-12, limit=500)[0])


def powers():
    for d, n, alpha in [(0.2, 2, 0.05), (0.5, 3, 0.05), (1, 3, 0.05), (1, 5, 0.01), (0.5, 34, 0.05), (0.3, 90, 0.05), (0.1, 1000, 0.01), (2, 4, 0.001), (0, 10, 0.05)]:
        yield [d, n, alpha, power(d, n, alpha)]


def sizes():
    for d, wanted, alpha in [(0.2, 0.8, 0.05), (0.5, 0.8, 0.05), (0.8, 0.9, 0.05), (1.5, 0.8, 0.05), (3, 0.95, 0.01), (10, 0.8, 0.05)]:
        yield [d, wanted, alpha, next(n for n in range(2, 10000) if power(d, n, alpha) >= wanted)]


def similarities():
    for d, n, rank in [(8, 5, 3), (12, 12, 4), (20, 6, 6)]:
        a, b = rng.normal(size=(d, n)), rng.normal(size=(d, n))
        b[:, 0] = a[:, 0]
        q, p = np.linalg.svd(a)[0], np.linalg.svd(b)[0]
        phi = [[float(np.sum(np.cos(subspace_angles(q[:, : i + 1], p[:, : j + 1])) ** 2) / (min(i, j) + 1)) for j in range(rank)] for i in range(rank)]
        yield {"a": a.tolist(), "b": b.tolist(), "rank": rank, "map": phi}


def adjusted():
    for n in (1, 4, 12):
        p = np.round(rng.uniform(0, 0.2, n), 3)
        yield [p.tolist(), multipletests(p, method="holm")[1].tolist()]


golden = {"tests": tests, "powers": powers, "sizes": sizes, "similarities": similarities, "holm": adjusted}
text = ",\n".join(f'"{key}": [\n' + ",\n".join(json.dumps(row) for row in make()) + "\n]" for key, make in golden.items())
Path(__file__).with_suffix(".json").write_text("{\n" + text + "\n}\n")
