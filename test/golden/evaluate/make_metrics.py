"""Golden values for workers/evaluate/metrics.ts.

    pip install pytrec-eval-terrier==0.5.11 ir_measures==0.4.3 cwl-eval==1.0.12
    python make_metrics.py > metrics.jsonl

pytrec_eval-terrier carries trec_eval 9's own C code. RR@k, RBP and Judged come from ir_measures' other providers,
which break ties in their own ways, so they are given the ranks that trec_eval's rule makes.
"""

import json
import random
import sys

import ir_measures
import numpy as np
import pytrec_eval

rng = random.Random(20260601)

# trec_eval compares UTF-8 bytes; UTF-16 order differs between the last two.
STEMS = ["d", "D", "doc-", "\u00e9", "\ud55c", "\uff5e", "\U0001f600"]
GRADES = [-1, 0, 0, 0, 1, 1, 2, 3]


def make_case(queries, pool, found):
    documents = [f"{rng.choice(STEMS)}{i}" for i in range(pool)]
    qrels, run = {}, {}
    for q in range(queries):
        query = f"q{q}"
        judged = rng.sample(documents, rng.randint(1, pool // 2))
        # Every fifth query has no relevant document; an all-unjudged one makes trec_eval read stale memory.
        grades = [0, -1] if q % 5 == 4 else GRADES
        qrels[query] = {d: rng.choice(grades) for d in judged}
        qrels[query][judged[0]] = max(0, qrels[query][judged[0]])
        if q % 7 == 3:
            continue  # in the qrels, not in the run
        # Few score levels make ties; the last term ties in float32 alone.
        run[query] = {
            d: rng.randint(-4, 4) / 4 + rng.randint(0, 1) * 1e-10
            for d in rng.sample(documents, rng.randint(1, found))
        }
    run["only-in-run"] = {documents[0]: 1.0}
    return qrels, run


def by_trec_eval(qrels, run):
    cuts = "1,3,5,10,20"
    names = {f"{m}.{cuts}" for m in ("ndcg_cut", "map_cut", "P", "recall", "success")}
    names |= {"ndcg", "map", "recip_rank", "Rprec", "bpref"}
    plain = {"ndcg": "nDCG", "map": "AP", "recip_rank": "RR", "Rprec": "Rprec", "bpref": "Bpref"}
    stems = {"ndcg_cut": "nDCG", "map_cut": "AP", "P": "P", "recall": "R", "success": "Success"}
    values = {}
    for level in (1, 2):
        of_level = f"(rel={level})" if level > 1 else ""
        evaluator = pytrec_eval.RelevanceEvaluator(qrels, names, relevance_level=level)
        for query, scores in evaluator.evaluate(run).items():
            for name, value in scores.items():
                stem, _, cut = name.rpartition("_")
                family = plain.get(name) or stems[stem]
                if family == "nDCG" and level > 1:
                    continue
                measure = family + of_level + ("" if name in plain else f"@{cut}")
                values.setdefault(measure, {})[query] = value
    return values


def by_ir_measures(qrels, run):
    ranks = {
        query: {
            document: 1.0 / (1 + i)
            for i, document in enumerate(
                sorted(found, key=lambda d: (np.float32(found[d]), d.encode()), reverse=True)
            )
        }
        for query, found in run.items()
        if query in qrels
    }
    names = {
        "RR@1": "RR@1",
        "RR@3": "RR@3",
        "RR@10": "RR@10",
        "RR(rel=2)@10": "RR(rel=2)@10",
        "Judged": "Judged",
        "Judged@1": "Judged@1",
        "Judged@10": "Judged@10",
        "RBP(p=0.9)": "RBP(p=0.9,rel=1)",
        "RBP(p=0.5,rel=2)": "RBP(p=0.5,rel=2)",
    }
    values = {}
    for ours, theirs in names.items():
        measure = ir_measures.parse_measure(theirs)
        for metric in ir_measures.iter_calc([measure], qrels, ranks):
            if metric.query_id in ranks:
                values.setdefault(ours, {})[metric.query_id] = metric.value
    return values


for sizes in ((12, 20, 20), (20, 60, 60), (8, 300, 250)):
    qrels, run = make_case(*sizes)
    values = by_trec_eval(qrels, run) | by_ir_measures(qrels, run)
    json.dump({"qrels": qrels, "run": run, "values": values}, sys.stdout, separators=(",", ":"))
    print()
