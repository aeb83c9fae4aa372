"""Trains a model folder on batches as sentence-transformers users do, and prints what a step costs as JSON.

    python training.py MODEL BATCHES.jsonl THREADS WARM MINI_BATCH DEVICE

A line of BATCHES is {"anchors": [...], "positives": [...]}. The loop is written out, without the Trainer, whose
bookkeeping would count against it: tokenise, MultipleNegativesRankingLoss (its cached kind, which is GradCache, where
MINI_BATCH is not 0), clip, torch.optim.AdamW (dense). The first WARM steps do not count. Dropout is
whatever the folder's config.json says. Denormals are flushed, without which Adam's moments slow torch by ten times.
"""

import json
import sys
import time

import torch
from peak_memory import peak_mib
from sentence_transformers import SentenceTransformer, losses

model_dir, batches_file, threads, warm, mini_batch, device = sys.argv[1:]
torch.set_num_threads(int(threads))
torch.set_flush_denormal(True)
torch.manual_seed(0)
model = SentenceTransformer(model_dir, device=device)
is_static = "StaticEmbedding" in type(model[0]).__name__
tokenize = model.preprocess if hasattr(model, "preprocess") else model.tokenize
if int(mini_batch):
    loss_of = losses.CachedMultipleNegativesRankingLoss(model, scale=20.0, mini_batch_size=int(mini_batch))
else:
    loss_of = losses.MultipleNegativesRankingLoss(model, scale=20.0)
optimizer = torch.optim.AdamW(model.parameters(), lr=2e-5, weight_decay=0.01)
model.train()

wall, cpu, tokenising = [], [], []
with open(batches_file) as lines:
    batches = [json.loads(line) for line in lines]
for batch in batches:
    started, used = time.perf_counter(), time.process_time()
    features = []
    for column, length in (("anchors", 64), ("positives", 128)):
        if not is_static:
            model.max_seq_length = length
        features.append(tokenize(batch[column]))
    tokenising.append(1000 * (time.perf_counter() - started))
    features = [{name: value.to(device) for name, value in column.items() if hasattr(value, "to")} for column in features]
    loss = loss_of(features, None)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    optimizer.zero_grad()
    if device == "cuda":
        torch.cuda.synchronize()
    wall.append(1000 * (time.perf_counter() - started))
    cpu.append(1000 * (time.process_time() - used))

peak = peak_mib()
counted = {"wall": wall[int(warm) :], "cpu": cpu[int(warm) :], "tokenising": tokenising[int(warm) :]}
print(json.dumps({**counted, "peakMiB": peak, "loss": loss.item()}))
