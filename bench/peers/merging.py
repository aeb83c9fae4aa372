"""One merge by mergekit, and what it cost as JSON: python merging.py MODELS OUT linear|ties THREADS"""

import inspect
import json
import sys
import time
from pathlib import Path

import torch

import mergekit.merge
import mergekit.plan
from mergekit.config import MergeConfiguration
from mergekit.options import MergeOptions
from peak_memory import peak_mib
from safetensors.torch import load_file, save_file

models, out, method, threads = sys.argv[1:]
torch.set_num_threads(int(threads))
# This release adds a list and a tuple of names; the rest of the planner is as it is.
source = inspect.getsource(mergekit.plan)
exec(compile(source.replace("(w_in.aliases or [])", "list(w_in.aliases or [])"), "plan", "exec"), mergekit.plan.__dict__)
mergekit.merge.MergePlanner = mergekit.plan.MergePlanner

# mergekit asks a BertModel for its pooler, which these have not: they get one, before anything counts.
with_pooler = Path(models) / "with-pooler"


def at(name):
    folder = with_pooler / name
    if not (folder / "model.safetensors").exists():
        folder.mkdir(parents=True)
        tensors = load_file(Path(models) / name / "model.safetensors")
        tensors["pooler.dense.weight"] = torch.eye(tensors["embeddings.LayerNorm.bias"].shape[0])
        tensors["pooler.dense.bias"] = torch.zeros_like(tensors["embeddings.LayerNorm.bias"])
        save_file(tensors, folder / "model.safetensors", {"format": "pt"})
        (folder / "config.json").write_text((Path(models) / name / "config.json").read_text())
    return str(folder)


of = lambda name, **parameters: {"model": at(name), "parameters": parameters}
asked = {
    "linear": {"merge_method": "linear", "models": [of("base", weight=0.5), of("a", weight=0.3), of("b", weight=0.2)]},
    "ties": {
        "merge_method": "ties",
        "base_model": at("base"),
        "models": [of("a", weight=0.5, density=0.5), of("b", weight=0.5, density=0.5)],
    },
}[method]
started, used = time.perf_counter(), time.process_time()
mergekit.merge.run_merge(
    MergeConfiguration.model_validate({**asked, "dtype": "float32"}),
    out,
    MergeOptions(copy_tokenizer=False, quiet=True),
)
cost = {
    "seconds": time.perf_counter() - started,
    "cpu": time.process_time() - used,
    "peakMiB": peak_mib(),
}
print(json.dumps(cost))
