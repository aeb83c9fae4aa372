"""The peer's side of bench/evaluation.ts: one task in this process, its cost as JSON.

    python evaluation.py search FOLDER THREADS     FAISS flat, inner product
    python evaluation.py metrics FOLDER            pytrec_eval on dictionaries in memory
    python evaluation.py file FOLDER               pytrec_eval on a run file
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
from peak_memory import peak_mib

task, folder, *rest = sys.argv[1:]
folder = Path(folder)
shape = json.loads((folder / "shape.json").read_text())


def measured(work):
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    cost = {"wall": 1000 * (time.perf_counter() - wall), "cpu": 1000 * (time.process_time() - cpu)}
    return result, cost


def search(threads):
    import faiss

    faiss.omp_set_num_threads(threads)
    vectors = lambda name: np.fromfile(folder / name, dtype=np.float32).reshape(-1, shape["dimension"])
    queries, documents = vectors("queries.f32"), vectors("documents.f32")

    index = faiss.IndexFlatIP(shape["dimension"])
    index.add(documents)
    index.search(queries[:1], shape["k"])
    (scores, indices), cost = measured(lambda: index.search(queries, shape["k"]))
    indices.astype(np.int32).tofile(folder / "peer.indices")
    scores.tofile(folder / "peer.scores")
    return cost


def evaluator():
    import pytrec_eval

    grades = np.fromfile(folder / "grades.i32", dtype=np.int32).reshape(shape["queries"], -1, 2)
    qrels = {f"q{q}": {f"d{d}": int(g) for d, g in row} for q, row in enumerate(grades.tolist())}
    return pytrec_eval, pytrec_eval.RelevanceEvaluator(qrels, set(shape["measures"]))


def write_values(values):
    rows = [[values[f"q{q}"][name] for name in shape["names"]] for q in range(shape["queries"])]
    np.array(rows).tofile(folder / "peer.values")


def metrics():
    _, tool = evaluator()
    found = np.fromfile(folder / "found.i32", dtype=np.int32).reshape(shape["queries"], -1).tolist()
    scores = np.fromfile(folder / "scores.f32", dtype=np.float32).reshape(shape["queries"], -1).tolist()
    names = [f"d{d}" for d in range(shape["documents"])]
    run = {f"q{q}": {names[d]: s for d, s in zip(found[q], scores[q])} for q in range(shape["queries"])}
    values, cost = measured(lambda: tool.evaluate(run))
    write_values(values)
    return cost


def file():
    pytrec_eval, tool = evaluator()

    def work():
        with open(folder / "run.trec") as lines:
            return tool.evaluate(pytrec_eval.parse_run(lines))

    values, cost = measured(work)
    write_values(values)
    return cost


cost = search(int(rest[0])) if task == "search" else {"metrics": metrics, "file": file}[task]()
cost["peakMiB"] = peak_mib()
print(json.dumps(cost))
