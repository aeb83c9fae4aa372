"""Golden values for src/evaluation/statistics.ts.

    pip install numpy==2.4.6 scipy==1.17.1 statsmodels==0.15.0
    python make_statistics.py > statistics.jsonl
"""

import json

import numpy as np
from scipy import stats
from statsmodels.stats.multitest import multipletests

rng = np.random.default_rng(20260601)


def difference(x, y):
    return np.mean(x) - np.mean(y)


def paired(n, exact):
    a = np.round(rng.beta(2, 2, n), 3)
    b = np.round(np.clip(a + rng.normal(-0.03, 0.15, n), 0, 1), 3)
    b[:2] = a[:2]  # ties
    # scipy goes through all 2^n assignments when n_resamples reaches that number.
    test = stats.permutation_test(
        (a, b),
        difference,
        permutation_type="samples",
        n_resamples=2**n if exact else 200_000,
        rng=rng,
    )
    boot = stats.bootstrap((a - b,), np.mean, n_resamples=200_000, method="percentile", rng=rng)
    d = a - b
    return {
        "a": a.tolist(),
        "b": b.tolist(),
        "exact": exact,
        "p": float(test.pvalue),
        "low": float(boot.confidence_interval.low),
        "high": float(boot.confidence_interval.high),
        "effect": float(d.mean() / d.std(ddof=1)),
    }


print(json.dumps({"paired": [paired(8, True), paired(14, True), paired(60, False), paired(400, False)]}))

values = np.sort(rng.normal(size=17))
levels = [0, 0.025, 0.3, 0.5, 0.975, 1]
print(json.dumps({"quantile": {"values": values.tolist(), "levels": levels, "expected": np.quantile(values, levels).tolist()}}))

ps = rng.beta(0.4, 4, 9).round(4)
print(json.dumps({"holm": {"ps": ps.tolist(), "adjusted": multipletests(ps, method="holm")[1].tolist()}}))
