/**
 * Encoding of passages by Isogloss, by sentence-transformers and by transformers.js, of the same texts with the same
 * model in fp32, in turns.
 *
 *   npm run bench -- encoding MODEL TEXTS.jsonl [passages]
 *
 * MODEL is a folder, or layers x hidden, e.g. 6x384: a BERT of random weights, for what encoding costs does not depend
 * on them, with a tokenizer of 30,522 pieces trained on TEXTS (a corpus as the training bench takes it), cut at 256.
 * Of every line of TEXTS the longest string is taken; the passages (default 512) are spread over the file. Each side is
 * a process of its own that opens the folder, encodes 64 texts that do not count, then all of them, three rounds.
 * Tokenising counts for all. The vectors must agree: a cosine below 0.9999 ends the bench.
 *
 * With BENCH_DEVICE=gpu all run on it, Isogloss and transformers.js by WebGPU, sentence-transformers by CUDA in batches
 * of 128, which were its fastest.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { Device } from '#src/device.ts';
import { exportOnnx } from '#workers/encoder/export/main.ts';
import { readModel, writeModel } from '#workers/encoder/folder.ts';
import { openTokenizer } from '#workers/encoder/tokenizer.ts';
import { type Bench, compare, median } from './comparison.ts';
import { benchThreads, device, onGpu, onProcessor, peersDevice, where } from './device.ts';
import { peersPython } from './peers/python.ts';
import { bert, randomModel } from './random-model.ts';
import { readCorpus, trainTokenizer } from './training-corpus.ts';

const threads = String(benchThreads);
const rounds = 3;
const batch = onGpu ? 128 : 32;

/** What a side prints: seconds for all texts, and where its vectors are. */
interface Side {
  seconds: number;
  peakMiB: number;
}

export const bench: Bench = async function* ([named, textsFile, count = '512']) {
  if (!named || !textsFile) throw new Error('usage: npm run bench -- encoding MODEL TEXTS.jsonl [passages]');
  const dir = mkdtempSync(join(tmpdir(), 'isogloss-bench-'));
  try {
    const model = join(dir, 'models', 'model');
    const [layers, hidden] = /^(\d+)x(\d+)$/.exec(named)?.slice(1).map(Number) ?? [];
    if (layers) {
      const random = bert(layers, hidden, hidden / (hidden < 768 ? 32 : 64), 30_522);
      const tokenizer = await trainTokenizer(readCorpus(textsFile), random.vocabSize, dir);
      await writeModel(model, randomModel(random, tokenizer, { maxLength: 256 }));
    } else await writeModel(model, await readModel(named));
    mkdirSync(join(model, 'onnx'));
    await exportOnnx(model, join(model, 'onnx/model.onnx'), 'FP32');
    const { config } = await readModel(model);
    const texts = readTexts(textsFile, Number(count));
    const file = join(dir, 'texts.json');
    writeFileSync(file, JSON.stringify(texts));
    const ourSide = (on: Device) => (out: string) =>
      [process.execPath, [peer('encode-ours.ts'), model, file, out, threads, on]] as [string, string[]];
    const sides: Record<string, (out: string) => [string, string[]]> = {
      ours: ourSide(device),
      'sentence-transformers': (out) => [
        peersPython(),
        [peer('encoding.py'), model, file, out, threads, String(batch), peersDevice],
      ],
      'transformers.js': (out) => [
        process.execPath,
        [
          peer('encode-transformers-js.ts'),
          model,
          file,
          out,
          threads,
          String(batch),
          config.pooling.toLowerCase(),
          device,
        ],
      ],
    };
    if (onGpu) sides[onProcessor] = ourSide('cpu');
    const found: Record<string, Side[]> = Object.fromEntries(Object.keys(sides).map((name) => [name, []]));
    for (let round = 0; round < rounds; round++)
      for (const [name, command] of Object.entries(sides)) {
        const out = join(dir, `${name}.f32`);
        const [program, args] = command(out);
        const printed = execFileSync(program, args, {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'inherit'],
          env: { ...process.env, OMP_NUM_THREADS: threads, TOKENIZERS_PARALLELISM: 'true' },
        });
        found[name].push(JSON.parse(printed.trim().split('\n').at(-1)!));
      }
    const tokenizer = await openTokenizer(join(model, 'tokenizer.json'));
    const { offsets } = await tokenizer.encode(texts, null, true);
    const whole = texts.map((_, i) => offsets[i + 1] - offsets[i] <= (config.maxLength ?? Infinity));
    const vectors = (name: string) =>
      new Float32Array(Uint8Array.from(readFileSync(join(dir, `${name}.f32`))).buffer);
    const { encoder } = config;
    const size = encoder.architecture === 'BERT' ? `${encoder.layers}x${encoder.hidden}` : 'static';
    const rate = (name: string) => texts.length / median(found[name].map(({ seconds }) => seconds));
    for (const name of Object.keys(sides).slice(1)) {
      // transformers.js cuts a long text after its last token, [SEP], was added, and so without it: those vectors differ.
      const compared = name === 'transformers.js' ? whole : texts.map(() => true);
      const least = leastCosine(vectors('ours'), vectors(name), config.dimension, compared);
      if (!(least > 0.9999)) throw new Error(`${name} gives other vectors: a cosine is ${least}`);
      process.stderr.write(`least cosine between ours and ${name}: ${least.toFixed(7)}\n`);
      yield compare(`encoding ${size}${where}`, 'passages/s', rate('ours'), rate(name), name);
      const peak = (side: string) => median(found[side].map(({ peakMiB }) => peakMiB));
      yield compare(`encoding ${size}${where}, peak memory`, 'MiB', peak('ours'), peak(name), name, true);
    }
  } finally {
    rmSync(dir, { recursive: true });
  }
};

const peer = (name: string) => fileURLToPath(new URL(`peers/${name}`, import.meta.url));

function readTexts(path: string, count: number): string[] {
  const bytes = readFileSync(path);
  const text = (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString('utf8');
  const lines = text.split('\n').filter(Boolean);
  const strings = (value: unknown): string[] =>
    typeof value === 'string' ? [value] : Object.values(value ?? {}).flatMap(strings);
  return Array.from({ length: Math.min(count, lines.length) }, (_, i) => {
    const all = strings(JSON.parse(lines[Math.floor((i * lines.length) / Math.min(count, lines.length))]));
    return all.reduce((a, b) => (b.length > a.length ? b : a), '');
  });
}

function leastCosine(a: Float32Array, b: Float32Array, dimension: number, compared: boolean[]): number {
  if (a.length !== b.length) throw new Error(`${a.length} numbers against ${b.length}`);
  let least = 1;
  for (let from = 0; from < a.length; from += dimension) {
    if (!compared[from / dimension]) continue;
    let [ab, aa, bb] = [0, 0, 0];
    for (let i = from; i < from + dimension; i++) {
      ab += a[i] * b[i];
      aa += a[i] * a[i];
      bb += b[i] * b[i];
    }
    least = Math.min(least, ab / Math.sqrt(aa * bb));
  }
  return least;
}
