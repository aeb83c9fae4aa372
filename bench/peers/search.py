"""FAISS HNSW on the vectors of bench/search.ts: neighbours and median latency under each filter.

    search.py FOLDER

FOLDER has shape.json, vectors.f32 [count, dimension], queries.f32 [queries, dimension], all of unit length, and of each
filter NAME.u8, a byte a row. Prints one JSON object: seconds of the build, and of each filter ids and p50 in ms.
"""

import json
import sys
import time
from pathlib import Path

import faiss
import numpy as np

folder = Path(sys.argv[1])
shape = json.loads((folder / "shape.json").read_text())
dimension, k = shape["dimension"], shape["k"]
vectors = np.fromfile(folder / "vectors.f32", np.float32).reshape(-1, dimension)
queries = np.fromfile(folder / "queries.f32", np.float32).reshape(-1, dimension)

faiss.omp_set_num_threads(2)
index = faiss.IndexHNSWFlat(dimension, shape["m"], faiss.METRIC_INNER_PRODUCT)
index.hnsw.efConstruction = shape["efConstruction"]
started = time.perf_counter()
index.add(vectors)
built = time.perf_counter() - started

faiss.omp_set_num_threads(1)
filters = {}
for name in shape["filters"]:
    parameters = faiss.SearchParametersHNSW(efSearch=shape["efSearch"])
    passing = np.fromfile(folder / f"{name}.u8", np.uint8)
    if not passing.all():
        # A bitmap is FAISS's cheapest selector.
        bits = np.packbits(passing, bitorder="little")
        selector = faiss.IDSelectorBitmap(bits)
        parameters = faiss.SearchParametersHNSW(efSearch=shape["efSearch"], sel=selector)
    ids, times = [], []
    for query in queries:
        started = time.perf_counter()
        _, found = index.search(query[None], k, params=parameters)
        times.append(1000 * (time.perf_counter() - started))
        ids.append([int(i) for i in found[0] if i >= 0])
    filters[name] = {"ids": ids, "p50": float(np.median(times))}
print(json.dumps({"built": built, "filters": filters}))
