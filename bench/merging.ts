/**
 * Merging three models of 470 MB, by Isogloss, by mergekit, and beside copying the bytes.
 *
 *   npm run bench -- merging [tenth]
 *
 * The models are random BERT folders (12 x 384, vocabulary 250,037: 117.6 million parameters) in a temporary folder,
 * read once before anything counts. Sides take turns, three rounds, each a process of its own; a merge counts from
 * reading the first byte to closing the last file. `tenth` takes a tenth of the vocabulary, to try it out.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeModel } from '#workers/encoder/folder.ts';
import { openSafetensors } from '#workers/encoder/safetensors.ts';
import type { Job } from '#workers/job.ts';
import { run } from '#workers/merge/main.ts';
import { type Bench, compare, median } from './comparison.ts';
import { peakMiB } from './peak-memory.ts';
import { peersPython } from './peers/python.ts';
import { bert, randomModel } from './random-model.ts';

const threads = 2;
const rounds = 3;
const names = ['base', 'a', 'b'] as const;

interface Cost {
  seconds: number;
  cpu: number;
  peakMiB: number;
}

async function writeModels(dir: string, vocabSize: number, tokenizerPath: string) {
  const encoder = bert(12, 384, 12, vocabSize);
  for (const [i, name] of names.entries())
    await writeModel(join(dir, name), randomModel(encoder, tokenizerPath, { seed: i + 1 }));
}

const recipes = {
  linear: { method: 'LINEAR', weights: [0.5, 0.3, 0.2], normalize: true },
  ties: { method: 'TIES', weights: [0.5, 0.5], densities: [0.5, 0.5], lambda: 1, normalize: true },
} as const;

/** Our side, in a process of its own. */
async function ours(dir: string, out: string, method: keyof typeof recipes): Promise<Cost> {
  const params = recipes[method] as unknown as Job<'MERGE'>['params'];
  const based = method === 'ties';
  const inputs = names.map((name) => ({
    role: based && name === 'base' ? 'base' : 'model',
    digest: createHash('sha256').update(name).digest('hex'),
    path: join(dir, name),
  }));
  const report = { signal: new AbortController().signal, progress() {}, metrics() {}, log() {}, output() {} };
  const [started, used] = [performance.now(), process.cpuUsage()];
  await run({ run: 'bench', attempt: 1, kind: 'MERGE', scratch: out, out, threads, params, inputs }, report);
  const { user, system } = process.cpuUsage(used);
  return {
    seconds: (performance.now() - started) / 1000,
    cpu: (user + system) / 1e6,
    peakMiB: peakMiB(),
  };
}

/** Seconds for the bytes as a merge has them: three files read, by pieces into one buffer, one written. */
function copy(dir: string, into: string): number {
  const started = performance.now();
  for (const name of names.slice(1)) readThrough(join(dir, name, 'model.safetensors'));
  copyFileSync(join(dir, 'base', 'model.safetensors'), join(into, 'model.safetensors'));
  return (performance.now() - started) / 1000;
}

function readThrough(path: string) {
  const [file, buffer] = [openSync(path, 'r'), new Uint8Array(2 ** 20)];
  while (readSync(file, buffer) > 0);
  closeSync(file);
}

/**
 * How many of the values, which must be nearly none, so that no speed is shown of another merge. TIES keeps the half of
 * a tensor that is largest; of equal magnitudes at the edge mergekit's unstable sort keeps any, we the first.
 */
async function shareThatDiffers(one: string, other: string): Promise<number> {
  const [a, b] = [await openSafetensors(one), await openSafetensors(other)];
  let [differing, all] = [0, 0];
  for (const name of b.entries.keys()) {
    if (!a.entries.has(name)) continue; // the pooler that the peer's models were given
    const [x, y] = [await a.read(name), await b.read(name)];
    all += x.length;
    for (let i = 0; i < x.length; i++) if (Math.abs(x[i] - y[i]) > 1e-6) differing++;
  }
  await a.close();
  await b.close();
  return differing / all;
}

export const bench: Bench = async function* ([size]) {
  const dir = mkdtempSync(join(tmpdir(), 'isogloss-merge-'));
  try {
    const tokenizerPath = join(import.meta.dirname, '../test/golden/encoder/bert/tokenizer.json');
    await writeModels(dir, size === 'tenth' ? 25_004 : 250_037, tokenizerPath);
    for (const name of names) readThrough(join(dir, name, 'model.safetensors'));
    const peer = join(import.meta.dirname, 'peers', 'merging.py');
    const start = (command: string, args: string[]) =>
      JSON.parse(
        execFileSync(command, args, {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'ignore'],
          env: { ...process.env, OMP_NUM_THREADS: String(threads) },
        })
          .trim()
          .split('\n')
          .at(-1)!,
      ) as Cost;
    const folder = (name: string) => {
      const path = join(dir, name);
      rmSync(path, { recursive: true, force: true });
      mkdirSync(path);
      return path;
    };
    for (const method of Object.keys(recipes) as (keyof typeof recipes)[]) {
      const costs: Record<'ours' | 'peer', Cost[]> = { ours: [], peer: [] };
      const copies: number[] = [];
      for (let round = 0; round < rounds; round++) {
        costs.ours.push(
          start(process.execPath, [import.meta.filename, '--merge', dir, folder('ours'), method]),
        );
        costs.peer.push(start(peersPython(), [peer, dir, folder('peer'), method, String(threads)]));
        copies.push(copy(dir, folder('copy')));
      }
      const share = await shareThatDiffers(
        join(dir, 'ours', 'model', 'model.safetensors'),
        join(dir, 'peer', 'model.safetensors'),
      );
      if (share > 1e-6) throw new Error(`${method}: ${share} of the results' values differ`);
      const of = (side: keyof typeof costs, what: keyof Cost) => median(costs[side].map((c) => c[what]));
      const work = `${method}, three models of 470 MB`;
      yield compare(work, 's', of('ours', 'seconds'), of('peer', 'seconds'), 'mergekit', true);
      yield compare(work, 'CPU s', of('ours', 'cpu'), of('peer', 'cpu'), 'mergekit', true);
      yield compare(work, 'peak MiB', of('ours', 'peakMiB'), of('peer', 'peakMiB'), 'mergekit', true);
      yield compare(work, 's', of('ours', 'seconds'), median(copies), 'reading three, copying one', true);
    }
  } finally {
    rmSync(dir, { recursive: true });
  }
};

const [flag, dir, out, method] = process.argv.slice(2);
if (flag === '--merge') {
  writeFileSync(1, `${JSON.stringify(await ours(dir, out, method as keyof typeof recipes))}\n`);
  process.exit(0);
}
