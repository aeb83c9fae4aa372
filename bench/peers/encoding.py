"""Encodes texts with sentence-transformers and prints what it took as JSON.

    python encoding.py MODEL TEXTS.json OUT.f32 THREADS BATCH DEVICE
"""

import json
import sys
import time

import torch
from peak_memory import peak_mib
from sentence_transformers import SentenceTransformer

model_dir, texts_file, out, threads, batch, device = sys.argv[1:]
torch.set_num_threads(int(threads))
model = SentenceTransformer(model_dir, device=device)
texts = json.load(open(texts_file))


def encode(some):
    return model.encode(some, batch_size=int(batch), show_progress_bar=False)


encode(texts[:64])
started = time.perf_counter()
vectors = encode(texts)
seconds = time.perf_counter() - started
vectors.astype("float32").tofile(out)
peak = peak_mib()
print(json.dumps({"seconds": seconds, "peakMiB": peak}))
