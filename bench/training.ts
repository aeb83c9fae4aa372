/**
 * Training steps of Isogloss and of sentence-transformers on the same texts, in turns.
 *
 *   npm run bench -- training CORPUS.jsonl[.gz] [tokenizer.json] [case ...]
 *
 * CORPUS is a corpus as importCorpus takes it, of segments in two languages or of pairs; without a tokenizer, one of
 * 16,384 pieces is trained on it. Weights are random: what a step costs does not depend on them. Both sides are
 * processes of their own; the first steps of each do not count. Where the machine has other work, read the ratio of CPU time.
 * Isogloss tokenises a text once in a run, before the first step, and sentence-transformers in every step that uses it;
 * here every text is used once, and all tokenising counts. Ours has the environment that a run's process gets; with
 * GLIBC_TUNABLES=glibc.malloc.hugetlb=1 the peer has it too. With BENCH_DEVICE=gpu encoders run on it, ours by WebGPU and
 * the peer's by CUDA.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Device } from '#src/device.ts';
import { readModel, writeModel } from '#workers/encoder/folder.ts';
import type { ModelConfig } from '#workers/encoder/model.ts';
import { openTokenizer } from '#workers/encoder/tokenizer.ts';
import { withHugePages } from '#workers/huge-pages.ts';
import { learnBert } from '#workers/train/bert-learner.ts';
import type { LearnerOptions, Tokens } from '#workers/train/learner.ts';
import { stream } from '#workers/train/random.ts';
import { learnStatic } from '#workers/train/static-learner.ts';
import { type Bench, compare, median } from './comparison.ts';
import { benchThreads, device, onGpu, onProcessor, peersDevice, where } from './device.ts';
import { peakMiB } from './peak-memory.ts';
import { peersPython } from './peers/python.ts';
import { bert, randomModel } from './random-model.ts';
import { drawBatches, readCorpus, type Texts, trainTokenizer } from './training-corpus.ts';

interface Cost {
  /** Milliseconds of each step, tokenising included. */
  wall: number[];
  cpu: number[];
  /** Of the first, tokenising. */
  tokenising: number[];
  peakMiB: number;
  loss: number;
  /** Tokens of a step, and what they are when each side's texts are padded to the longest of them. */
  tokens?: number[];
  padded?: number[];
}
interface Case {
  encoder: ModelConfig['encoder'];
  batch: number;
  steps: number;
  rounds: number;
  /** Steps that do not count. */
  warm: number;
  miniBatch: number | null;
}
const usual = { rounds: 3, warm: 2, miniBatch: null };
const cases: Record<string, Case> = {
  'static 16k x 256': {
    encoder: { architecture: 'STATIC', vocabSize: 16_384, dimension: 256 },
    ...{ ...usual, batch: 512, steps: 20 },
  },
  'BERT 4 x 256': { encoder: bert(4, 256, 4, 16_384), ...usual, batch: 32, steps: 10 },
  'BERT 4 x 256, GradCache of 32': {
    encoder: bert(4, 256, 4, 16_384),
    ...{ batch: 1024, steps: 2, rounds: 1, warm: 1, miniBatch: 32 },
  },
  'BERT 6 x 384, vocabulary 30k': { encoder: bert(6, 384, 12, 30_522), ...usual, batch: 32, steps: 7 },
  'BERT 12 x 384, vocabulary 250k': { encoder: bert(12, 384, 12, 250_037), ...usual, batch: 32, steps: 5 },
};

async function writeRandom(dir: string, encoder: ModelConfig['encoder'], tokenizerPath: string) {
  if (encoder.architecture === 'STATIC') {
    const { vocabSize, dimension } = encoder;
    const { normal } = stream(1);
    const data = Float32Array.from({ length: vocabSize * dimension }, () => 0.1 * normal());
    const common = { pooling: 'MEAN' as const, dense: [], normalize: true, prompts: {} };
    const config = { ...common, encoder, maxLength: null, dimension };
    const tensors = new Map([['embedding.weight', { shape: [vocabSize, dimension], data }]]);
    return writeModel(dir, { config, tensors, tokenizerPath });
  }
  await writeModel(dir, randomModel(encoder, tokenizerPath));
  // Ours has no dropout; the peer shall not pay for it.
  const file = join(dir, 'config.json');
  const written = JSON.parse(readFileSync(file, 'utf8'));
  const dropout = { hidden_dropout_prob: 0, attention_probs_dropout_prob: 0 };
  writeFileSync(file, JSON.stringify({ ...written, ...dropout }));
}

const lengthsOf = (offsets: Int32Array) => Array.from(offsets.subarray(1), (end, i) => end - offsets[i]);

/** Our side, in a process of its own. */
async function ours(
  dir: string,
  batchesFile: string,
  warm: number,
  miniBatch: number | null,
  on: Device,
): Promise<Cost> {
  const batches = readFileSync(batchesFile, 'utf8')
    .trimEnd()
    .split('\n')
    .map((l) => JSON.parse(l) as Texts);
  const model = await readModel(dir);
  const { encoder } = model.config;
  const tokenizer = await openTokenizer(model.tokenizerPath);
  const isStatic = encoder.architecture === 'STATIC';
  const rows = batches[0].anchors.length;
  const limits = { rows, candidates: rows, tokens: rows * (isStatic ? 2048 : 192), batches: 1 };
  const objective = {
    temperature: 0.05,
    symmetric: false,
    matryoshka: [],
    contrastive: 1,
    distillation: null,
  };
  const options: LearnerOptions = {
    objective: { ...objective, normalize: true },
    ...{
      teacher: null,
      threads: benchThreads,
      device: on,
      miniBatch,
      frozen: { embeddings: false, layers: 0 },
    },
  };
  const none = { ids: new Int32Array(), offsets: new Int32Array() };
  const tokens: Tokens = { queries: none, passages: none };
  const learner = isStatic
    ? await learnStatic(encoder, model.tensors.get('embedding.weight')!.data, tokens, limits, options)
    : await learnBert(model.config, model.tensors, tokens, limits, options);
  model.tensors.clear();
  const [wall, cpu, tokenising, tokenCounts, padded]: number[][] = [[], [], [], [], []];
  let last = 0;
  const index = Int32Array.from({ length: rows }, (_, i) => i);
  const drawn = { anchors: index, candidates: index, masked: [], maskedBack: [], units: index };
  for (const [i, batch] of batches.entries()) {
    const before = performance.now();
    const used = process.cpuUsage();
    tokens.queries = await tokenizer.encode(batch.anchors, isStatic ? null : 64, !isStatic);
    tokens.passages = await tokenizer.encode(batch.positives, isStatic ? null : 128, !isStatic);
    const started = performance.now();
    const { loss, gradientNorm } = await learner.measure([drawn]);
    const scale = Math.min(1, 1 / gradientNorm);
    const rest = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, learningRate: 2e-5, weightDecay: 0.01 };
    learner.update({ scale, ...rest, step: i + 1 });
    const { user, system } = process.cpuUsage(used);
    wall.push(performance.now() - before);
    cpu.push((user + system) / 1000);
    tokenising.push(started - before);
    const sides = [tokens.queries, tokens.passages].map(({ offsets }) => lengthsOf(offsets));
    tokenCounts.push(sides.flat().reduce((a, b) => a + b, 0));
    padded.push(sides.reduce((sum, lengths) => sum + lengths.length * Math.max(...lengths), 0));
    last = loss;
  }
  await learner.close();
  const counted = { wall: wall.slice(warm), cpu: cpu.slice(warm), tokenising: tokenising.slice(warm) };
  return {
    ...counted,
    tokens: tokenCounts,
    padded,
    peakMiB: peakMiB(),
    loss: last,
  };
}

export const bench: Bench = async function* (args) {
  const [corpus, ...rest] = args;
  const given = rest[0]?.endsWith('.json') ? rest.shift() : null;
  const unknown = rest.find((name) => !(name in cases));
  if (!corpus || unknown)
    throw new Error(
      `usage: npm run bench -- training CORPUS.jsonl[.gz] [tokenizer.json] [case ...]; cases: ${Object.keys(cases).join('; ')}`,
    );
  const lines = readCorpus(corpus);
  const folder = mkdtempSync(join(tmpdir(), 'isogloss-bench-'));
  const run = (command: string, args: string[], env = process.env) =>
    JSON.parse(
      execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], env }),
    ) as Cost;
  try {
    const tokenizer = given ?? (await trainTokenizer(lines, 16_384, folder));
    for (const name of rest.length ? rest : Object.keys(cases)) {
      const { encoder, batch, steps, rounds, warm, miniBatch } = cases[name];
      const [dir, file] = [join(folder, name), join(folder, `${name}.jsonl`)];
      await writeRandom(dir, encoder, tokenizer);
      const batches = drawBatches(lines, batch, steps);
      writeFileSync(file, batches.map((b) => `${JSON.stringify(b)}\n`).join(''));
      const peer = join(import.meta.dirname, 'peers', 'training.py');
      const last = [String(warm), String(miniBatch ?? 0)];
      const costs: Record<'ours' | 'peer' | 'processor', Cost[]> = { ours: [], peer: [], processor: [] };
      for (let round = 0; round < rounds; round++) {
        const side = (on: Device) =>
          run(process.execPath, [import.meta.filename, '--step', dir, file, ...last, on], withHugePages());
        costs.ours.push(side(device));
        if (onGpu) costs.processor.push(side('cpu'));
        costs.peer.push(run(peersPython(), [peer, dir, file, String(benchThreads), ...last, peersDevice]));
      }
      const wall = (side: Cost[]) => median(side.flatMap((c) => c.wall));
      const cpu = (side: Cost[]) => median(side.flatMap((c) => c.cpu));
      const peak = (side: Cost[]) => median(side.map((c) => c.peakMiB));
      const rate = (side: Cost[]) => (1000 * batch) / wall(side);
      const [work, peerName] = [`${name}, batch ${batch}${where}`, 'sentence-transformers'];
      yield compare(work, 'pairs/s', rate(costs.ours), rate(costs.peer), peerName);
      if (onGpu) yield compare(work, 'pairs/s', rate(costs.ours), rate(costs.processor), onProcessor);
      const tokenised = (side: Cost[]) =>
        (1000 * batch) / median(side.flatMap((c) => c.wall.map((w, i) => w - c.tokenising[i])));
      yield compare(work, 'pairs/s, tokenised', tokenised(costs.ours), tokenised(costs.peer), peerName);
      yield compare(work, 'CPU ms/step', cpu(costs.ours), cpu(costs.peer), peerName, true);
      yield compare(work, 'peak MiB', peak(costs.ours), peak(costs.peer), peerName, true);
      const [{ tokens, padded }] = costs.ours;
      yield compare(work, 'tokens/step', median(tokens!), median(padded!), 'padded to the longest', true);
      yield compare(work, 'last loss', costs.ours[0].loss, costs.peer[0].loss, peerName);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
};

const [flag, dir, batchesFile, warm, miniBatch, on] = process.argv.slice(2);
if (flag === '--step')
  process.stdout.write(
    JSON.stringify(await ours(dir, batchesFile, Number(warm), Number(miniBatch) || null, on as Device)),
  );
