/**
 * Exact search beside FAISS flat, metrics beside pytrec_eval. Results are compared before figures are shown.
 *
 *   npm run bench -- evaluation [search] [metrics] [file] [million] [tenth]
 *
 * Search: the top 100 of 2,000 queries over 100,000 x 384 unit vectors, on two threads. Metrics: six measures of 10,000
 * queries x 1,000 documents, from memory and from a run file. `million`, run only when it is named, is the search of 200
 * queries over ten times the vectors, once, for its memory: 1,465 MiB are the documents, and FAISS, which copies what it
 * is given, has them twice. `tenth` takes a tenth of the queries, to try it out.
 * Both sides are processes of their own, in turns. Where the machine has other work, read the ratio of CPU time.
 */
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  createReadStream,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { trecEval9 } from '#src/evaluation/convention.ts';
import { parseMeasure } from '#src/evaluation/measures.ts';
import { generator } from '#src/evaluation/statistics.ts';
import { openScorer, type RunScores, scoreRun } from '#workers/evaluate/score.ts';
import { openSearcher } from '#workers/evaluate/search.ts';
import { rankingsOf, runLinesOf } from '#workers/evaluate/trec.ts';
import { linesOf } from '#workers/import/lines.ts';
import { type Bench, type Comparison, compare, median } from './comparison.ts';
import { peakMiB } from './peak-memory.ts';
import { peersPython } from './peers/python.ts';

const threads = 2;
const rounds = (task: Task) => (task === 'million' ? 1 : 3);
const tasks = ['search', 'metrics', 'file', 'million'] as const;
const usual: Task[] = ['search', 'metrics', 'file'];
const isSearch = (task: Task) => task === 'search' || task === 'million';
type Task = (typeof tasks)[number];

interface Cost {
  wall: number;
  cpu: number;
  peakMiB: number;
}

/** Of both sides; written for the peer as shape.json. */
interface Shape {
  queries: number;
  documents: number;
  dimension: number;
  k: number;
  /** pytrec_eval's parameters, and the names of what they give, in the order of `ours`. */
  measures: string[];
  names: string[];
  ours: string[];
}
const measured = {
  measures: ['ndcg_cut.10', 'map', 'recip_rank', 'recall.100', 'P.10', 'recall.1000'],
  names: ['ndcg_cut_10', 'map', 'recip_rank', 'recall_100', 'P_10', 'recall_1000'],
  ours: ['nDCG@10', 'AP', 'RR', 'R@100', 'P@10', 'R@1000'],
};
const judged = 20;

const floats = (file: string) => {
  const bytes = readFileSync(file);
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
};
const integers = (file: string) => {
  const bytes = readFileSync(file);
  return new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
};

function writeVectors(file: string, rows: number, dimension: number, seed: number) {
  const random = generator(seed);
  const output = openSync(file, 'w');
  // By blocks: this process stays small beside those that are measured.
  for (let done = 0; done < rows; done += 10_000)
    writeSync(output, randomUnits(random, Math.min(10_000, rows - done), dimension));
  closeSync(output);
}

function randomUnits(random: ReturnType<typeof generator>, rows: number, dimension: number): Float32Array {
  const all = new Float32Array(rows * dimension);
  for (let start = 0; start < all.length; start += dimension) {
    let squares = 0;
    for (let i = start; i < start + dimension; i++) {
      // A sum of three uniforms is near enough to normal.
      all[i] = random.unit() + random.unit() + random.unit() - 1.5;
      squares += all[i] ** 2;
    }
    for (let i = start; i < start + dimension; i++) all[i] /= Math.sqrt(squares);
  }
  return all;
}

/** Rankings of distinct documents with falling scores, some tied; of the judged ones half are found. */
function writeRankings(folder: string, { queries, documents, k }: Shape) {
  const random = generator(3);
  const found = new Int32Array(queries * k);
  const scores = new Float32Array(queries * k);
  const grades = new Int32Array(queries * judged * 2);
  const file = openSync(join(folder, 'run.trec'), 'w');
  for (let q = 0; q < queries; q++) {
    const first = random.below(documents);
    const step = 2 * random.below(1000) + 1; // odd, and no multiple of 5: distinct modulo a power of ten
    const stride = step % 5 === 0 ? step + 2 : step;
    let lines = '';
    for (let i = 0; i < k; i++) {
      found[q * k + i] = (first + i * stride) % documents;
      scores[q * k + i] = Math.fround(1 - Math.floor(i / (1 + (i % 3))) / k);
      lines += `q${q} Q0 d${found[q * k + i]} ${i + 1} ${scores[q * k + i]} bench\n`;
    }
    writeSync(file, lines);
    for (let j = 0; j < judged; j++) {
      const rank = Math.floor((j / judged) * 2 * k);
      grades.set([(first + rank * stride) % documents, j % 4], (q * judged + j) * 2);
    }
  }
  closeSync(file);
  writeFileSync(join(folder, 'found.i32'), found);
  writeFileSync(join(folder, 'scores.f32'), scores);
  writeFileSync(join(folder, 'grades.i32'), grades);
}

async function timed<T>(work: () => Promise<T> | T): Promise<[T, Omit<Cost, 'peakMiB'>]> {
  const [started, used] = [performance.now(), process.cpuUsage()];
  const result = await work();
  const { user, system } = process.cpuUsage(used);
  return [result, { wall: performance.now() - started, cpu: (user + system) / 1000 }];
}

function readQrels(folder: string, { queries }: Shape) {
  const grades = integers(join(folder, 'grades.i32'));
  return new Map(
    Array.from({ length: queries }, (_, q) => {
      const row = new Map<string, number>();
      for (let j = q * judged; j < (q + 1) * judged; j++) row.set(`d${grades[2 * j]}`, grades[2 * j + 1]);
      return [`q${q}`, row] as const;
    }),
  );
}

/** Row-major [queries, measures], as the peer writes them. */
function writeValues(folder: string, { queries, values }: RunScores, shape: Shape) {
  const rows = new Float64Array(shape.queries * values.length);
  queries.forEach((query, q) => {
    for (const [m, row] of values.entries()) rows[Number(query.slice(1)) * values.length + m] = row[q];
  });
  writeFileSync(join(folder, 'ours.values'), rows);
}

async function search(folder: string, { dimension, k }: Shape) {
  const [queries, documents] = ['queries.f32', 'documents.f32'].map((name) => floats(join(folder, name)));
  const searcher = await openSearcher({ threads });
  await searcher.topK(queries.subarray(0, dimension), documents.subarray(0, 1600 * dimension), dimension, k);
  const [found, cost] = await timed(() => searcher.topK(queries, documents, dimension, k));
  await searcher.close();
  writeFileSync(join(folder, 'ours.indices'), found.indices);
  writeFileSync(join(folder, 'ours.scores'), found.scores);
  return cost;
}

/** Our side, in a process of its own. */
const ours: Record<Task, (folder: string, shape: Shape) => Promise<Omit<Cost, 'peakMiB'>>> = {
  search,
  million: search,
  async metrics(folder, shape) {
    const [found, scores] = [integers(join(folder, 'found.i32')), floats(join(folder, 'scores.f32'))];
    const names = Array.from({ length: shape.documents }, (_, d) => `d${d}`);
    const run = new Map(
      Array.from({ length: shape.queries }, (_, q) => {
        const [start, end] = [q * shape.k, (q + 1) * shape.k];
        const documents = Array.from(found.subarray(start, end), (d) => names[d]);
        return [`q${q}`, { documents, scores: scores.subarray(start, end) }] as const;
      }),
    );
    const qrels = readQrels(folder, shape);
    const measures = shape.ours.map((name) => parseMeasure(name));
    const [values, cost] = await timed(() => scoreRun(run, qrels, measures, trecEval9));
    writeValues(folder, values, shape);
    return cost;
  },
  async file(folder, shape) {
    const scorer = openScorer(
      readQrels(folder, shape),
      shape.ours.map((name) => parseMeasure(name)),
      trecEval9,
    );
    const [values, cost] = await timed(async () => {
      const lines = runLinesOf(linesOf(createReadStream(join(folder, 'run.trec')), 'run.trec'), 'run.trec');
      for await (const [query, ranking] of rankingsOf(lines)) scorer.take(query, ranking);
      return scorer.finish();
    });
    writeValues(folder, values, shape);
    return cost;
  },
};

/** @throws Error where the two sides found other things */
function checkEqual(task: Task, folder: string, { k }: Shape) {
  const file = (name: string) => join(folder, name);
  if (isSearch(task)) {
    const [mine, theirs] = ['ours', 'peer'].map((side) => integers(file(`${side}.indices`)));
    const [scores, other] = ['ours', 'peer'].map((side) => floats(file(`${side}.scores`)));
    for (let i = 0; i < mine.length; i++) {
      // Sums in another order: documents may change places where their scores are equal but for rounding.
      if (Math.abs(scores[i] - other[i]) > 2e-6)
        throw new Error(
          `query ${Math.floor(i / k)}, place ${i % k}: ${mine[i]} with ${scores[i]}, FAISS ${theirs[i]} with ${other[i]}`,
        );
    }
    return;
  }
  const [mine, theirs] = ['ours', 'peer'].map(
    (side) => new Float64Array(new Uint8Array(readFileSync(file(`${side}.values`))).buffer),
  );
  for (let i = 0; i < mine.length; i++)
    if (!(Math.abs(mine[i] - theirs[i]) < 1e-9))
      throw new Error(`value ${i}: ${mine[i]}, pytrec_eval ${theirs[i]}`);
}

const units: Record<Task, { work: string; unit: string; peer: string }> = {
  search: {
    work: 'top 100 of 2,000 queries over 100,000 x 384',
    unit: 'queries/s',
    peer: 'FAISS IndexFlatIP',
  },
  million: {
    work: 'top 100 of 200 queries over 1,000,000 x 384',
    unit: 'queries/s',
    peer: 'FAISS IndexFlatIP',
  },
  metrics: { work: 'six measures, 10,000 queries x 1,000', unit: 'queries/s', peer: 'pytrec_eval' },
  file: { work: 'the same from a run file', unit: 'queries/s', peer: 'pytrec_eval' },
};

const sizes: Record<Task, Pick<Shape, 'queries' | 'documents' | 'k'>> = {
  search: { queries: 2_000, documents: 100_000, k: 100 },
  million: { queries: 200, documents: 1_000_000, k: 100 },
  metrics: { queries: 10_000, documents: 100_000, k: 1_000 },
  file: { queries: 10_000, documents: 100_000, k: 1_000 },
};

export const bench: Bench = async function* (args) {
  const tenth = args.includes('tenth');
  const asked = args.filter((arg) => arg !== 'tenth');
  const unknown = asked.find((name) => !tasks.includes(name as Task));
  if (unknown) throw new Error(`there is no ${unknown}; there are ${tasks.join(', ')}`);
  const folder = mkdtempSync(join(tmpdir(), 'isogloss-bench-'));
  const json = (command: string, args: string[]) =>
    JSON.parse(
      execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }),
    ) as Cost;
  try {
    for (const task of tasks.filter((name) => (asked.length === 0 ? usual : asked).includes(name))) {
      const shape: Shape = { dimension: 384, ...measured, ...sizes[task] };
      if (tenth) shape.queries /= 10;
      writeFileSync(join(folder, 'shape.json'), JSON.stringify(shape));
      if (isSearch(task)) {
        writeVectors(join(folder, 'queries.f32'), shape.queries, shape.dimension, 1);
        writeVectors(join(folder, 'documents.f32'), shape.documents, shape.dimension, 2);
      } else writeRankings(folder, shape);
      const costs: Record<'ours' | 'peer', Cost[]> = { ours: [], peer: [] };
      for (let round = 0; round < rounds(task); round++) {
        costs.ours.push(json(process.execPath, [import.meta.filename, '--task', task, folder]));
        const peer = join(import.meta.dirname, 'peers', 'evaluation.py');
        costs.peer.push(
          json(peersPython(), [peer, isSearch(task) ? 'search' : task, folder, String(threads)]),
        );
        checkEqual(task, folder, shape);
      }
      yield* lines(task, shape, costs);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
};

function* lines(
  task: Task,
  { queries }: Shape,
  costs: Record<'ours' | 'peer', Cost[]>,
): Generator<Comparison> {
  const { work, unit, peer } = units[task];
  const middle = (side: Cost[], of: keyof Cost) => median(side.map((cost) => cost[of]));
  const rate = (side: Cost[]) => (1000 * queries) / middle(side, 'wall');
  yield compare(work, unit, rate(costs.ours), rate(costs.peer), peer);
  yield compare(work, 'CPU ms', middle(costs.ours, 'cpu'), middle(costs.peer, 'cpu'), peer, true);
  yield compare(work, 'peak MiB', middle(costs.ours, 'peakMiB'), middle(costs.peer, 'peakMiB'), peer, true);
}

const [flag, task, folder] = process.argv.slice(2);
if (flag === '--task') {
  const shape = JSON.parse(readFileSync(join(folder, 'shape.json'), 'utf8')) as Shape;
  const cost = await ours[task as Task](folder, shape);
  process.stdout.write(JSON.stringify({ ...cost, peakMiB: peakMiB() }));
}
