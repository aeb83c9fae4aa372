"""Golden values of BCa and cluster intervals and of the paired t test.

    pip install numpy==2.4.6 scipy==1.17.1
    python make_intervals.py > intervals.jsonl
"""

import json

import numpy as np
from scipy import stats

rng = np.random.default_rng(20261125)
RESAMPLES = 200_000


def bounds(result):
    return [float(result.confidence_interval.low), float(result.confidence_interval.high)]


# Reciprocal ranks of two systems: skewed, with ties. Clusters of 1 to 4 queries share a part of their difficulty.
for clusters in (12, 60):
    sizes = rng.integers(1, 5, clusters)
    cluster = np.repeat(np.arange(clusters), sizes)
    hardness = np.repeat(rng.exponential(2, clusters), sizes)
    a = 1 / (1 + np.floor(hardness * rng.exponential(1, len(cluster))))
    b = 1 / (1 + np.floor(hardness * rng.exponential(1.6, len(cluster))))
    a, b = a.round(4), b.round(4)
    d = a - b
    sums = np.array([d[cluster == c].sum() for c in range(clusters)])

    def ratio(s, n, axis=-1):
        return s.sum(axis=axis) / n.sum(axis=axis)

    common = {"n_resamples": RESAMPLES, "rng": rng}
    test = stats.ttest_rel(a, b)
    print(
        json.dumps(
            {
                "a": a.tolist(),
                "b": b.tolist(),
                "cluster": cluster.tolist(),
                "t": float(test.statistic),
                "p": float(test.pvalue),
                "clusterP": float(stats.ttest_1samp(sums, 0).pvalue),
                "QUERY": {m: bounds(stats.bootstrap((d,), np.mean, method=m, **common)) for m in ("percentile", "BCa")},
                "CLUSTER": {
                    m: bounds(stats.bootstrap((sums, sizes), ratio, method=m, paired=True, vectorized=True, **common))
                    for m in ("percentile", "BCa")
                },
            }
        )
    )
