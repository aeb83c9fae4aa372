/**
 * Training steps of Isogloss and of sentence-transformers on the same texts, in turns.
 *
 *   node bench/training.ts CORPUS.jsonl tokenizer.json PYTHON [case ...]
 *
 * CORPUS is a normalised corpus of segments in two languages or of pairs, PYTHON an interpreter that has
 * sentence-transformers. Weights are random: what a step costs does not depend on them. Both sides are processes of
 * their own; the first two steps of each do not count. Where the machine has other work, read the ratio of CPU time.
 * Isogloss tokenises a text once in a run, before the first step, and sentence-transformers in every step that uses it:
 * that is a line of its own, and counts fully only where every text is used once.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Unit } from '#src/corpora/unit.ts';
import { readModel, writeModel } from '#workers/encoder/folder.ts';
import type { BertConfig, ModelConfig } from '#workers/encoder/model.ts';
import { openTokenizer } from '#workers/encoder/tokenizer.ts';
import { learnBert } from '#workers/train/bert-learner.ts';
import { initialBert } from '#workers/train/initial.ts';
import type { Tokens } from '#workers/train/learner.ts';
import { stream } from '#workers/train/random.ts';
import { learnStatic } from '#workers/train/static-learner.ts';

const threads = 2;
const rounds = 3;

interface Cost {
  /** Milliseconds of each step. The peer's hold its tokenising. */
  wall: number[];
  cpu: number[];
  tokenising?: number[];
  peakMiB: number;
  loss: number;
}
interface Texts {
  anchors: string[];
  positives: string[];
}

const bert = (layers: number, hidden: number, heads: number, vocabSize: number): BertConfig => ({
  ...{
    architecture: 'BERT',
    family: 'bert',
    positionOffset: 0,
    vocabSize,
    layers,
    hidden,
    heads,
    ffn: 4 * hidden,
    positions: 512,
  },
  ...{ typeVocabSize: 2, layerNormEps: 1e-12 },
});
const cases: Record<string, { encoder: ModelConfig['encoder']; batch: number; steps: number }> = {
  'static 16k x 256': {
    encoder: { architecture: 'STATIC', vocabSize: 16_384, dimension: 256 },
    ...{ batch: 512, steps: 20 },
  },
  'BERT 4 x 256': { encoder: bert(4, 256, 4, 16_384), batch: 32, steps: 10 },
  'BERT 6 x 384, vocabulary 30k': { encoder: bert(6, 384, 12, 30_522), batch: 32, steps: 7 },
  'BERT 12 x 384, vocabulary 250k': { encoder: bert(12, 384, 12, 250_037), batch: 32, steps: 5 },
};

async function writeRandom(dir: string, encoder: ModelConfig['encoder'], tokenizerPath: string) {
  const dimension = encoder.architecture === 'BERT' ? encoder.hidden : encoder.dimension;
  const { normal } = stream(1);
  const table = () => Float32Array.from({ length: encoder.vocabSize * dimension }, () => 0.1 * normal());
  const tensors =
    encoder.architecture === 'BERT'
      ? initialBert(encoder, 1)
      : new Map([['embedding.weight', { shape: [encoder.vocabSize, dimension], data: table() }]]);
  const maxLength = encoder.architecture === 'BERT' ? encoder.positions : null;
  const common = { pooling: 'MEAN' as const, dense: [], normalize: true, prompts: {} };
  const config = { ...common, encoder, maxLength, dimension };
  await writeModel(dir, { config, tensors, tokenizerPath });
  if (encoder.architecture !== 'BERT') return;
  // Ours has no dropout; the peer shall not pay for it.
  const file = join(dir, 'config.json');
  const written = JSON.parse(readFileSync(file, 'utf8'));
  const dropout = { hidden_dropout_prob: 0, attention_probs_dropout_prob: 0 };
  writeFileSync(file, JSON.stringify({ ...written, ...dropout }));
}

function drawBatches(corpus: string, batch: number, steps: number): Texts[] {
  const lines = readFileSync(corpus, 'utf8').split('\n').filter(Boolean);
  const { uniform } = stream(7);
  const draw = (): [string, string] => {
    const unit = JSON.parse(lines[Math.floor(uniform() * lines.length)]) as Unit;
    if (unit.kind === 'PARAPHRASE') return unit.paraphrases;
    const [from, to] = unit.kind === 'PAIR' ? [unit.query, unit.passage] : [unit.texts, unit.texts];
    return [Object.values(from).at(-1)!, Object.values(to)[0]];
  };
  return Array.from({ length: steps }, () => {
    const rows = Array.from({ length: batch }, draw);
    return { anchors: rows.map((r) => r[0]), positives: rows.map((r) => r[1]) };
  });
}

/** Our side, in a process of its own. */
async function ours(dir: string, batchesFile: string): Promise<Cost> {
  const batches = readFileSync(batchesFile, 'utf8')
    .trimEnd()
    .split('\n')
    .map((l) => JSON.parse(l) as Texts);
  const model = await readModel(dir);
  const { encoder } = model.config;
  const tokenizer = await openTokenizer(model.tokenizerPath);
  const isStatic = encoder.architecture === 'STATIC';
  const rows = batches[0].anchors.length;
  const limits = { rows, candidates: rows, tokens: rows * (isStatic ? 2048 : 192) };
  const options = { temperature: 0.05, threads };
  const none = { ids: new Int32Array(), offsets: new Int32Array() };
  const tokens: Tokens = { queries: none, passages: none };
  const learner = isStatic
    ? await learnStatic(encoder, model.tensors.get('embedding.weight')!.data, tokens, limits, options)
    : await learnBert(model.config, model.tensors, tokens, limits, options);
  model.tensors.clear();
  const [wall, cpu, tokenising]: number[][] = [[], [], []];
  let last = 0;
  const index = Int32Array.from({ length: rows }, (_, i) => i);
  for (const [i, batch] of batches.entries()) {
    const before = performance.now();
    tokens.queries = await tokenizer.encode(batch.anchors, isStatic ? null : 64, !isStatic);
    tokens.passages = await tokenizer.encode(batch.positives, isStatic ? null : 128, !isStatic);
    const started = performance.now();
    const used = process.cpuUsage();
    const { loss, gradientNorm } = await learner.measure({ anchors: index, candidates: index, masked: [] });
    const scale = Math.min(1, 1 / gradientNorm);
    const rest = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, learningRate: 2e-5, weightDecay: 0.01 };
    learner.update({ scale, ...rest, step: i + 1 });
    const { user, system } = process.cpuUsage(used);
    wall.push(performance.now() - started);
    cpu.push((user + system) / 1000);
    tokenising.push(started - before);
    last = loss;
  }
  await learner.close();
  const counted = { wall: wall.slice(2), cpu: cpu.slice(2), tokenising: tokenising.slice(2) };
  return { ...counted, peakMiB: process.resourceUsage().maxRSS / 1024, loss: last };
}

const median = (x: number[]) => x.toSorted((a, b) => a - b)[x.length >> 1];

async function compare(corpus: string, tokenizer: string, python: string, chosen: string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'isogloss-bench-'));
  const run = (command: string, args: string[]) =>
    JSON.parse(
      execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
    ) as Cost;
  try {
    for (const name of chosen) {
      const { encoder, batch, steps } = cases[name];
      const [dir, file] = [join(folder, name), join(folder, `${name}.jsonl`)];
      await writeRandom(dir, encoder, tokenizer);
      writeFileSync(
        file,
        drawBatches(corpus, batch, steps)
          .map((b) => `${JSON.stringify(b)}\n`)
          .join(''),
      );
      const peer = fileURLToPath(import.meta.resolve('./peers/training.py'));
      const costs: Record<'ours' | 'peer', Cost[]> = { ours: [], peer: [] };
      for (let round = 0; round < rounds; round++) {
        costs.ours.push(run(process.execPath, [fileURLToPath(import.meta.url), '--step', dir, file]));
        costs.peer.push(run(python, [peer, dir, file, String(threads)]));
      }
      const of = (side: Cost[], what: 'wall' | 'cpu') => median(side.flatMap((c) => c[what]));
      const peak = (side: Cost[]) => median(side.map((c) => c.peakMiB));
      const line = (what: string, a: number, b: number, unit: string) =>
        `  ${what.padEnd(14)} ${a.toFixed(0).padStart(7)} ${b.toFixed(0).padStart(7)} ${unit.padEnd(8)} ${(b / a).toFixed(2)}x\n`;
      process.stdout.write(
        `${name}, batch ${batch}: ours, sentence-transformers, how many times ours\n` +
          line('step', of(costs.ours, 'wall'), of(costs.peer, 'wall'), 'ms') +
          line('step, CPU', of(costs.ours, 'cpu'), of(costs.peer, 'cpu'), 'ms') +
          `  tokenising     ${median(costs.ours.flatMap((c) => c.tokenising!))
            .toFixed(0)
            .padStart(7)}    (in) ms\n` +
          line('peak memory', peak(costs.ours), peak(costs.peer), 'MiB') +
          `  last loss      ${costs.ours[0].loss.toFixed(4)}  ${costs.peer[0].loss.toFixed(4)}\n`,
      );
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const [first, second, third, ...rest] = process.argv.slice(2);
if (first === '--step') process.stdout.write(JSON.stringify(await ours(second, third)));
else await compare(first, second, third, rest.length ? rest : Object.keys(cases));
