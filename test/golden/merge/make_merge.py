"""Golden values of merging: what mergekit 0.1.5 makes of three tiny BERT folders, one configuration a file.

    python make_merge.py

writes base/, a/, b/, c/ (model.safetensors, config.json) and merged/<case>.{yml,safetensors}. Methods with random masks
are merged at density 1 only, where nothing is random; their masks are tested in test/merge by other means.
"""

import inspect
import json
import shutil
import tempfile
from pathlib import Path

import torch
import yaml
import mergekit.merge
import mergekit.plan
from mergekit.config import MergeConfiguration
from mergekit.merge import run_merge
from mergekit.options import MergeOptions
from safetensors.torch import load_file, save_file
from transformers import BertConfig, BertModel

here = Path(__file__).parent

# This release adds a list and a tuple of names; the rest of the planner is as it is.
source = inspect.getsource(mergekit.plan)
exec(compile(source.replace("(w_in.aliases or [])", "list(w_in.aliases or [])"), "plan", "exec"), mergekit.plan.__dict__)
mergekit.merge.MergePlanner = mergekit.plan.MergePlanner

config = BertConfig(
    vocab_size=11, hidden_size=8, num_hidden_layers=2, num_attention_heads=2, intermediate_size=12,
    max_position_embeddings=6, type_vocab_size=2,
)
torch.manual_seed(7)
base = {k: v for k, v in BertModel(config).state_dict().items() if v.is_floating_point()}
base = {k: v + 0.1 * torch.randn_like(v) for k, v in base.items()}


def write(name, tensors):
    folder = here / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    save_file({k: v.contiguous() for k, v in tensors.items()}, folder / "model.safetensors", {"format": "pt"})
    (folder / "config.json").write_text(json.dumps({**config.to_dict(), "architectures": ["BertModel"]}, indent=2))


write("base", base)
models = {}
for i, name in enumerate("abc"):
    torch.manual_seed(20 + i)
    models[name] = {k: v + 0.05 * torch.randn_like(v) * (torch.rand_like(v) < 0.8) for k, v in base.items()}
# A tensor that one model has not changed at all.
models["b"]["encoder.layer.1.output.dense.bias"] = base["encoder.layer.1.output.dense.bias"].clone()
for name, tensors in models.items():
    write(name, tensors)


def of(*names, **each):
    return [{"model": n, "parameters": {k: v[i] for k, v in each.items()}} for i, n in enumerate(names)]


gradient = [0.2, 0.5, 0.9]
filtered = [{"filter": "attention", "value": 0.7}, {"value": 0.3}]
abc = ("a", "b", "c")
cases = {
    "linear": dict(merge_method="linear", models=of(*abc, weight=[0.5, 0.3, 0.4])),
    "linear-raw": dict(merge_method="linear", models=of(*abc, weight=[0.5, -0.3, 0.4]), parameters={"normalize": False}),
    "linear-filtered": dict(merge_method="linear", models=of("a", "b", weight=[filtered, gradient])),
    "slerp": dict(merge_method="slerp", base_model="base", models=of("base", "a"), parameters={"t": 0.3}),
    "slerp-gradient": dict(merge_method="slerp", base_model="base", models=of("base", "b"), parameters={"t": gradient}),
    "nuslerp": dict(merge_method="nuslerp", models=of("a", "b", weight=[0.6, 0.3])),
    "nuslerp-rows": dict(
        merge_method="nuslerp", models=of("a", "b", weight=[0.6, 0.3]), parameters={"nuslerp_flatten": False}
    ),
    "nuslerp-columns": dict(
        merge_method="nuslerp", models=of("a", "b", weight=[0.6, 0.3]),
        parameters={"nuslerp_flatten": False, "nuslerp_row_wise": True},
    ),
    "nuslerp-base": dict(merge_method="nuslerp", base_model="base", models=of("a", "b", weight=[0.6, 0.3])),
    "multislerp": dict(merge_method="multislerp", models=of(*abc, weight=[0.5, 0.3, 0.4])),
    "multislerp-base": dict(merge_method="multislerp", base_model="base", models=of(*abc, weight=[0.5, 0.3, 0.4])),
    "karcher": dict(merge_method="karcher", models=of(*abc)),
    "task_arithmetic": dict(
        merge_method="task_arithmetic", base_model="base", models=of(*abc, weight=[0.5, 0.3, 0.4]),
        parameters={"lambda": 0.8},
    ),
    "ties": dict(
        merge_method="ties", base_model="base", models=of(*abc, weight=[0.5, 0.3, 0.4], density=[0.5, 0.7, 1.0])
    ),
    "ties-raw": dict(
        merge_method="ties", base_model="base", models=of("a", "b", weight=[0.5, 0.3], density=[0.2, 0.33]),
        parameters={"normalize": False, "lambda": 1.2},
    ),
    "dare_ties": dict(merge_method="dare_ties", base_model="base", models=of(*abc, weight=[0.5, 0.3, 0.4])),
    "dare_linear": dict(merge_method="dare_linear", base_model="base", models=of(*abc, weight=[0.5, 0.3, 0.4])),
    "breadcrumbs": dict(
        merge_method="breadcrumbs", base_model="base",
        models=of(*abc, weight=[0.5, 0.3, 0.4], density=[0.5, 0.6, 0.7], gamma=[0.25, 0.25, 0.2]),
    ),
    "breadcrumbs_ties": dict(
        merge_method="breadcrumbs_ties", base_model="base",
        models=of(*abc, weight=[0.5, 0.3, 0.4], density=[0.5, 0.6, 0.7], gamma=[0.25, 0.25, 0.2]),
    ),
    "model_stock": dict(merge_method="model_stock", base_model="base", models=of(*abc)),
    "model_stock-rows": dict(
        merge_method="model_stock", base_model="base", models=of(*abc), parameters={"filter_wise": True}
    ),
    "sce": dict(merge_method="sce", base_model="base", models=of(*abc), parameters={"select_topk": 0.6}),
    "nearswap": dict(merge_method="nearswap", base_model="base", models=of("base", "a"), parameters={"t": 0.02}),
    "passthrough": dict(merge_method="passthrough", models=of("a", scale=[1.5])),
}

merged = here / "merged"
shutil.rmtree(merged, ignore_errors=True)
merged.mkdir()
for case, asked in cases.items():
    models_here = [
        {k: v for k, v in {**m, "model": str(here / m["model"])}.items() if v != {}} for m in asked["models"]
    ]
    located = {**asked, "models": models_here}
    if "base_model" in asked:
        located["base_model"] = str(here / asked["base_model"])
    with tempfile.TemporaryDirectory() as out:
        run_merge(
            MergeConfiguration.model_validate({**located, "dtype": "float32"}),
            out, MergeOptions(copy_tokenizer=False, quiet=True),
        )
        tensors = {}
        for file in sorted(Path(out).glob("*.safetensors")):
            tensors |= {k: v for k, v in load_file(file).items() if not k.startswith('pooler')}
        save_file(tensors, merged / f"{case}.safetensors")
        (merged / f"{case}.yml").write_text(yaml.safe_dump({**asked, "dtype": "float32"}, sort_keys=False))

# mergekit asks for the pooler, which retrieval has no use for.
for name in ("base", *models):
    file = here / name / "model.safetensors"
    save_file({k: v for k, v in load_file(file).items() if not k.startswith("pooler")}, file, {"format": "pt"})
