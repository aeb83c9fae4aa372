"""Golden values for the conventions of src/evaluation/convention.ts, made by the tools themselves.

    pip install -r bench/peers/requirements.txt
    pip install --no-deps beir==2.2.0 mteb==2.26.24
    python make_conventions.py > conventions.jsonl

Each line: qrels, a run in its own order, and per tool the value of every query. BEIR rounds its means to five digits
and gives nothing else, so it is asked query by query.
"""

import importlib.util
import json
import random
import sys
import types
from pathlib import Path

import ranx
from beir.retrieval.custom_metrics import mrr as beir_mrr
from beir.retrieval.evaluation import EvaluateRetrieval
from sentence_transformers.sentence_transformer.evaluation import InformationRetrievalEvaluator

CUTS = [1, 3, 5, 10]
rng = random.Random(20260901)


def mteb_metrics():
    """MTEB's metrics module alone: the package imports far more than it needs for them."""
    root = Path(importlib.util.find_spec("mteb").submodule_search_locations[0])
    for name in ("mteb", "mteb.types"):
        sys.modules[name] = types.ModuleType(name)
    sys.modules["mteb.types"].RetrievalEvaluationResult = dict
    spec = importlib.util.spec_from_file_location("metrics", root / "_evaluators" / "retrieval_metrics.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


mteb = mteb_metrics()


def make_case(queries, pool, found):
    """Scores of few levels tie; some tie in float32 alone. A document may have its query's id."""
    documents = [f"{rng.choice(['d', 'D', '한', 'é'])}{i}" for i in range(pool)]
    qrels, run = {}, {}
    for q in range(queries):
        query = documents[0] if q == 2 else f"q{q}"
        judged = rng.sample(documents, rng.randint(2, pool // 2))
        qrels[query] = {d: rng.choice([0, 0, 1, 1, 2, 3]) for d in judged}
        qrels[query][judged[0]] = 0 if q == 4 else max(1, qrels[query][judged[0]])
        if q == 4:
            qrels[query] = {d: 0 for d in judged}
        run[query] = {
            d: rng.randint(-3, 3) / 4 + rng.randint(0, 1) * 1e-10
            for d in rng.sample(documents, rng.randint(1, found))
        }
    return qrels, run


def by_beir(qrels, run):
    values = {}
    for query in run:
        one = {query: dict(run[query])}
        scores = EvaluateRetrieval.evaluate({query: qrels[query]}, one, CUTS)
        scores += (beir_mrr({query: qrels[query]}, one, CUTS),)
        for theirs, ours, found in zip(("NDCG", "MAP", "Recall", "P", "MRR"), ("nDCG", "AP", "R", "P", "RR"), scores):
            for k in CUTS:
                values.setdefault(f"{ours}@{k}", {})[query] = found[f"{theirs}@{k}"]
    return values


def by_mteb(qrels, run):
    values = {}
    for query in run:
        found = mteb.mrr({query: qrels[query]}, {query: run[query]}, CUTS)
        scores = mteb.pytrec_eval.RelevanceEvaluator(
            {query: qrels[query]}, {f"{m}.1,3,5,10" for m in ("ndcg_cut", "map_cut", "recall", "P", "success")}
        ).evaluate({query: run[query]})[query]
        for k in CUTS:
            values.setdefault(f"RR@{k}", {})[query] = found[f"MRR@{k}"][0]
            for theirs, ours in (("ndcg_cut", "nDCG"), ("map_cut", "AP"), ("recall", "R"), ("P", "P"), ("success", "Success")):
                values.setdefault(f"{ours}@{k}", {})[query] = scores[f"{theirs}_{k}"]
    return values


def by_sentence_transformers(qrels, run):
    relevant = {q: {d for d, grade in grades.items() if grade > 0} for q, grades in qrels.items()}
    values = {}
    for query in run:
        evaluator = InformationRetrievalEvaluator(
            queries={query: "text"},
            corpus={d: "text" for d in run[query]},
            relevant_docs={query: relevant[query]},
            **{f"{name}_at_k": CUTS for name in ("mrr", "ndcg", "accuracy", "precision_recall", "map")},
        )
        if not evaluator.queries_ids:
            continue  # no relevant document: the evaluator leaves the query out
        hits = [{"corpus_id": d, "score": s} for d, s in run[query].items()]
        found = evaluator.compute_metrics([hits])
        for theirs, ours in (("accuracy", "Success"), ("precision", "P"), ("recall", "R"), ("ndcg", "nDCG"), ("mrr", "RR"), ("map", "AP")):
            for k in CUTS:
                values.setdefault(f"{ours}@{k}", {})[query] = float(found[f"{theirs}@k"][k])
    return values


def by_ranx(qrels, run):
    """Not RBP: ranx sums grades there, where ir_measures and Moffat and Zobel have gains up to 1."""
    names = {"ndcg": "nDCG", "map": "AP", "recall": "R", "precision": "P", "mrr": "RR", "hit_rate": "Success"}
    asked = {f"{theirs}@{k}": f"{ours}@{k}" for theirs, ours in names.items() for k in CUTS}
    asked |= {"r-precision": "Rprec", "map": "AP", "mrr": "RR", "ndcg": "nDCG"}
    known = {q: grades for q, grades in qrels.items() if any(g > 0 for g in grades.values())}
    their_run = ranx.Run({q: run[q] for q in known})
    ranx.evaluate(ranx.Qrels(known), their_run, list(asked))
    return {ours: {q: float(v) for q, v in their_run.scores[theirs].items()} for theirs, ours in asked.items()}


for sizes in ((8, 16, 14), (10, 40, 15), (6, 30, 15)):
    qrels, run = make_case(*sizes)
    tools = {
        "BEIR": by_beir(qrels, run),
        "MTEB": by_mteb(qrels, run),
        "SENTENCE_TRANSFORMERS": by_sentence_transformers(qrels, run),
        "RANX": by_ranx(qrels, run),
    }
    rounded = {t: {m: {q: round(v, 13) for q, v in of.items()} for m, of in ms.items()} for t, ms in tools.items()}
    # Runs as lists: JSON objects keep an order in most readers, and the order of a run is part of the case.
    ordered = {q: list(found.items()) for q, found in run.items()}
    json.dump({"qrels": qrels, "run": ordered, "values": rounded}, sys.stdout, separators=(",", ":"), ensure_ascii=False)
    print()
