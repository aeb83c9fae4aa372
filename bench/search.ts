/**
 * Search on a real server: through GraphQL beside the same SQL by hand, and recall@10 against latency of every mode
 * under every filter, beside pgvector alone and FAISS HNSW.
 *
 *   npm run bench -- search [COUNT] [DIMENSION,...] [copy] [index] [recall] [graphql]
 *
 * 100,000 x 384 by default, in about six minutes; the figures of docs/performance.md are of 384,768,1024. The server is
 * TEST_DATABASE_URL's, or one that .ci/postgres builds. Vectors are made (bench/clustered.ts) and put as vectors, so no
 * figure has encoding in it. What is true is computed here, by comparing everything.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from '#src/api/context.ts';
import { connect, type Database } from '#src/database/client.ts';
import { settingsFor, worthIndex } from '#src/embeddings/indexes.ts';
import { dropSet, loadEmbeddings, publishEmbeddings } from '#src/embeddings/load.ts';
import { partition } from '#src/embeddings/partition.ts';
import { type SearchInput, search } from '#src/embeddings/search.ts';
import type { VectorsFile } from '#src/embeddings/vectors-file.ts';
import { insertRows, type Target } from '#src/embeddings/write-rows.ts';
import type { TestLaboratory } from '../test/laboratory.ts';
import { type Clustered, makeClustered, trueNeighbours } from './clustered.ts';
import { type Bench, type Comparison, compare, median } from './comparison.ts';
import { peersPython } from './peers/python.ts';
import { throughGraphql } from './search-graphql.ts';

export const k = 10;
export const questions = 50;
/** Of pgvector alone and of FAISS; ours is the planner's to choose. */
const efSearch = 100;
const tasks = ['copy', 'index', 'recall', 'graphql'] as const;
type Task = (typeof tasks)[number];

interface Filter {
  name: string;
  what: string;
  input: SearchInput['filter'];
  /** About `e`, an embedding, and `u`, its unit. */
  sql: string;
  passes(data: Clustered, row: number): boolean;
}
const share = (name: string, below: number): Filter => ({
  ...{ name, what: `${below / 10} %`, input: { attributes: [{ name: 'n', max: below - 1 }] } },
  sql: `(u.attributes -> 'n')::int < ${below}`,
  passes: ({ n }, row) => n[row] < below,
});
const filters: Filter[] = [
  { name: 'none', what: 'no filter', input: null, sql: 'true', passes: () => true },
  ...[share('half', 500), share('tenth', 100), share('hundredth', 10), share('thousandth', 1)],
  {
    ...{
      name: 'korean',
      what: '10 %, another language',
      input: { languages: ['ko'] },
      sql: `e.language = 'ko'`,
    },
    passes: ({ korean }, row) => korean[row] === 1,
  },
];

/** A set in the database, and what it was made of. */
export interface Loaded {
  id: number;
  name: string;
  collection: number;
  dimension: number;
  data: Clustered;
}

export const bench: Bench = async function* (args) {
  const numbers = args.filter((arg) => /^[\d,]+$/.test(arg));
  const count = Number(numbers[0] ?? 100_000);
  const dimensions = (numbers[1] ?? '384').split(',').map(Number);
  if (count < worthIndex) throw new Error(`sets of fewer than ${worthIndex} vectors get no index to measure`);
  const chosen = tasks.filter((task) => args.includes(task));
  const wanted = (task: Task) => chosen.length === 0 || chosen.includes(task);
  const server = startServer();
  const folder = mkdtempSync(join(tmpdir(), 'isogloss-search-'));
  let lab: TestLaboratory | undefined;
  let db: Database | undefined;
  try {
    // The laboratory of the tests reads the server's address as it is loaded.
    const { startLaboratory } = await import('../test/laboratory.ts');
    lab = await startLaboratory({ backend: 'server', worker: false });
    db = connect(lab.database.url, 20);
    const texts = makeClustered(count, 0, 1, 7);
    const collection = await makeCollection(db, texts);
    for (const dimension of dimensions) {
      const data = makeClustered(count, questions, dimension, 7);
      data.n.set(texts.n);
      const at = `${count.toLocaleString('en-US')} x ${dimension}`;
      const file = writeVectors(folder, data, dimension);
      if (wanted('copy')) yield await copySpeed(db, collection, data, file, at);
      if (!tasks.some((task) => task !== 'copy' && wanted(task))) continue;
      const { set, indexed } = await load(db, collection, data, file);
      if (wanted('index')) yield compare(`index ${at}, after the load`, 's', indexed, null, 'none', true);
      if (wanted('recall')) yield* recalls(db, folder, set, at);
      if (wanted('graphql')) yield* throughGraphql(lab.url, db, set, at);
    }
  } finally {
    await db?.close();
    await lab?.stop();
    rmSync(folder, { recursive: true, force: true });
    server.stop();
  }
};

function startServer() {
  if (process.env.TEST_DATABASE_URL) return { stop() {} };
  const folder = mkdtempSync(join(tmpdir(), 'isogloss-server-'));
  chmodSync(folder, 0o755);
  const script = join(import.meta.dirname, '..', '.ci', 'postgres');
  const said = execFileSync(script, ['start', folder], { encoding: 'utf8' });
  process.env.TEST_DATABASE_URL = /^DATABASE_URL=(.*)$/m.exec(said)![1];
  return {
    stop() {
      execFileSync(script, ['stop', folder]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function makeCollection({ pool }: Database, { n, korean }: Clustered): Promise<number> {
  const { rows } = await pool.query(
    `INSERT INTO collection (kind, digest, languages, unit_count, text_count, meta, report, published_at)
     VALUES ('CORPUS', $1, '{en,ko}', $2, $2, '{}', '{}', now()) RETURNING id`,
    ['c'.repeat(64), n.length],
  );
  const [{ id }] = rows;
  await pool.query(
    `INSERT INTO unit (collection_id, ordinal, parallel_id, kind, attributes)
     SELECT $1, i - 1, 'u' || i, 'SEGMENT', jsonb_build_object('n', n) FROM unnest($2::int[]) WITH ORDINALITY AS x(n, i)`,
    [id, Array.from(n)],
  );
  await pool.query(
    `INSERT INTO text (collection_id, ordinal, unit_ordinal, role, language, text)
     SELECT $1, i - 1, i - 1, 'TEXT', CASE WHEN ko = 1 THEN 'ko' ELSE 'en' END, 'the text of unit number ' || i || ', some words long'
     FROM unnest($2::int[]) WITH ORDINALITY AS x(ko, i)`,
    [id, Array.from(korean)],
  );
  await pool.query('ANALYZE unit, text');
  return id;
}

function writeVectors(folder: string, { n, vectors }: Clustered, dimension: number): VectorsFile {
  const count = n.length;
  const file = { vectors: join(folder, 'vectors.f32'), rows: join(folder, 'rows.u32'), dimension, count };
  writeFileSync(file.vectors, vectors);
  writeFileSync(
    file.rows,
    Uint32Array.from({ length: count }, (_, i) => i),
  );
  return file;
}

const run = '00000000-0000-4000-8000-000000000001';

const loadSet = (db: Database, digest: string, file: VectorsFile, onStored: () => void) =>
  loadEmbeddings(db, run, digest, 'a'.repeat(64), 'c'.repeat(64), file, {}, ({ unit, done, total }) => {
    if (unit === 'vectors stored' && done === total) onStored();
  });

/** One load alone may take twice as long as the next. */
const loads = 5;

/** Loads that end before an index is built, each into a set that goes again. */
async function copySpeed(
  db: Database,
  collection: number,
  data: Clustered,
  file: VectorsFile,
  at: string,
): Promise<Comparison> {
  const { dimension, count } = file;
  const copied: number[] = [];
  const inserted: number[] = [];
  const stored = new Error('stored');
  for (let n = 0; n < loads; n++) {
    const digest = n.toString(16).padStart(64, 'd');
    const started = performance.now();
    await loadSet(db, digest, file, () => {
      copied.push(count / ((performance.now() - started) / 1000));
      throw stored;
    }).catch((error) => {
      if (error !== stored) throw error;
    });
    const { rows } = await db.pool.query('SELECT id FROM embedding_set WHERE digest = $1', [digest]);
    const [{ id }] = rows;
    inserted.push(await insertSpeed(db, { id, collectionId: collection, dimension }, data));
    await db.transaction((tx) => dropSet(tx, id));
  }
  return compare(`load ${at}, COPY`, 'vectors/s', median(copied), median(inserted), 'INSERT of 500 as text');
}

const insertedRows = 5000;

/** The way of the embedded database, on this server, into a table alike that goes again. */
async function insertSpeed(db: Database, like: Target, { n, vectors }: Clustered): Promise<number> {
  const rows = Math.min(insertedRows, n.length);
  const other = { ...like, id: 1_000_000 + like.id };
  await db.pool.query(`CREATE TABLE ${partition(other.id)} (LIKE ${partition(like.id)} INCLUDING DEFAULTS)`);
  await db.pool.query(`ALTER TABLE ${partition(other.id)} ADD PRIMARY KEY (set_id, ordinal)`);
  const started = performance.now();
  for (let start = 0; start < rows; start += 500)
    await insertRows(db.pool, other, {
      ordinals: Uint32Array.from({ length: 500 }, (_, i) => start + i),
      values: vectors.subarray(start * like.dimension, (start + 500) * like.dimension),
    });
  const speed = rows / ((performance.now() - started) / 1000);
  await db.pool.query(`DROP TABLE ${partition(other.id)}`);
  return speed;
}

async function load(
  db: Database,
  collection: number,
  data: Clustered,
  file: VectorsFile,
): Promise<{ set: Loaded; indexed: number }> {
  const { dimension } = file;
  const digest = dimension.toString(16).padStart(64, '0');
  let stored = 0;
  const id = (await loadSet(db, digest, file, () => {
    stored = performance.now();
  }))!;
  const indexed = (performance.now() - stored) / 1000;
  await db.transaction((tx) => publishEmbeddings(tx, digest, id));
  const name = `made-${dimension}`;
  await db.pool.query(`INSERT INTO name (kind, name, version, digest) VALUES ('EMBEDDING_SET', $1, 1, $2)`, [
    name,
    digest,
  ]);
  return { set: { id, collection, name, dimension, data }, indexed };
}

interface Measured {
  recall: number;
  p50: number;
}

async function* recalls(db: Database, folder: string, set: Loaded, at: string): AsyncIterable<Comparison> {
  const { data, dimension } = set;
  const context = { lab: { db } } as unknown as Context;
  const faiss = askFaiss(folder, set);
  yield compare(`FAISS HNSW of ${at}, built on 2 threads`, 's', faiss.built, null, 'none', true);
  for (const filter of filters) {
    const truth = trueNeighbours(data, dimension, (row) => filter.passes(data, row), k);
    const recallOf = (found: number[][]) =>
      truth.reduce(
        (sum, expected, q) => sum + expected.filter((row) => found[q].includes(row)).length / expected.length,
        0,
      ) / truth.length;
    const ways: Record<Way, (q: number) => Promise<number[]>> = {
      alone: (q) => pgvectorAlone(db, set, filter, q),
      ...{ AUTO: ours('AUTO'), EXACT: ours('EXACT'), HNSW: ours('HNSW') },
    };
    function ours(mode: 'AUTO' | 'EXACT' | 'HNSW') {
      const input = { embeddingSet: set.name, first: k, mode, filter: filter.input };
      return async (q: number) =>
        (await search(context, { ...input, vector: queryOf(set, q) })).hits.map(({ ordinal }) => ordinal);
    }
    const measured = await inTurns(ways, recallOf);
    for (const mode of ['AUTO', 'EXACT', 'HNSW'] as const)
      yield* beside(`${at}, ${filter.what}, ${mode}`, measured[mode], measured.alone, 'pgvector alone');
    const { ids, p50 } = faiss.filters[filter.name];
    yield* beside(`${at}, ${filter.what}, AUTO`, measured.AUTO, { recall: recallOf(ids), p50 }, 'FAISS HNSW');
    const good = [measured.EXACT, measured.HNSW].filter(({ recall }) => recall >= 0.98);
    if (good.length)
      yield compare(
        `${at}, ${filter.what}, AUTO`,
        'p50 ms',
        measured.AUTO.p50,
        Math.min(...good.map((way) => way.p50)),
        'the faster of EXACT and HNSW with recall >= 0.98',
        true,
      );
  }
}

type Way = 'alone' | 'AUTO' | 'EXACT' | 'HNSW';

/**
 * Every question by every way in turns, so that other work on the machine meets them all alike. Each begins as often:
 * the first to ask a question finds its neighbourhood in no cache.
 */
async function inTurns(
  ways: Record<Way, (q: number) => Promise<number[]>>,
  recallOf: (found: number[][]) => number,
): Promise<Record<Way, Measured>> {
  const entries = Object.entries(ways).map(([way, ask]) => ({
    ...{ way, ask, found: [] as number[][], times: [] as number[] },
  }));
  for (const { ask } of entries) await ask(0);
  for (let q = 0; q < questions; q++)
    for (let turn = 0; turn < entries.length; turn++) {
      const { ask, found, times } = entries[(q + turn) % entries.length];
      times.push(await timed(async () => found.push(await ask(q))));
    }
  return Object.fromEntries(
    entries.map(({ way, found, times }) => [way, { recall: recallOf(found), p50: median(times) }]),
  ) as Record<Way, Measured>;
}

function* beside(work: string, ours: Measured, peer: Measured, peerName: string): Iterable<Comparison> {
  yield compare(work, 'recall@10', ours.recall, peer.recall, peerName);
  yield compare(work, 'p50 ms', ours.p50, peer.p50, peerName, true);
}

export const queryOf = ({ data, dimension }: Loaded, q: number) => [
  ...data.queries.subarray(q * dimension, (q + 1) * dimension),
];

/** What pgvector's own documentation says to do with a filter: an iterative scan. PostgreSQL chooses the plan. */
async function pgvectorAlone(db: Database, set: Loaded, filter: Filter, q: number): Promise<number[]> {
  const client = await db.pool.connect();
  try {
    await client.query(
      `BEGIN; SET LOCAL hnsw.ef_search = ${efSearch}; SET LOCAL hnsw.iterative_scan = relaxed_order`,
    );
    const type = `halfvec(${set.dimension})`;
    const unit = filter.sql.includes('u.')
      ? `JOIN unit u ON u.collection_id = ${set.collection} AND u.ordinal = e.unit_ordinal`
      : '';
    const { rows } = await client.query(
      `SELECT e.ordinal FROM ${partition(set.id)} e ${unit} WHERE ${filter.sql}
       ORDER BY (e.vec::${type}) <=> $1::vector::${type} LIMIT ${k}`,
      [`[${queryOf(set, q).join(',')}]`],
    );
    await client.query('COMMIT');
    return rows.map(({ ordinal }) => ordinal);
  } finally {
    client.release();
  }
}

interface Faiss {
  built: number;
  filters: Record<string, { ids: number[][]; p50: number }>;
}

/** In a process of its own, before ours is measured. */
function askFaiss(folder: string, { data, dimension }: Loaded): Faiss {
  writeFileSync(join(folder, 'queries.f32'), data.queries);
  for (const { name, passes } of filters)
    writeFileSync(
      join(folder, `${name}.u8`),
      Uint8Array.from(data.n, (_, row) => (passes(data, row) ? 1 : 0)),
    );
  const { m, efConstruction } = settingsFor(data.n.length);
  const shape = { dimension, k, m, efConstruction, efSearch, filters: filters.map(({ name }) => name) };
  writeFileSync(join(folder, 'shape.json'), JSON.stringify(shape));
  const script = join(import.meta.dirname, 'peers', 'search.py');
  return JSON.parse(execFileSync(peersPython(), [script, folder], { encoding: 'utf8', maxBuffer: 2 ** 28 }));
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
