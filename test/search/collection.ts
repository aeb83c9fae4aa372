/** A corpus of vectors in clusters: one text in ten is Korean, and Korean lies in clusters of its own, as languages do. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from '#src/api/context.ts';
import { connect, type Database } from '#src/database/client.ts';
import { loadEmbeddings, publishEmbeddings } from '#src/embeddings/load.ts';
import { stream } from '#workers/train/random.ts';
import { type Backend, testDatabase } from '../laboratory.ts';

export const dimension = 32;
export const count = 6000;
const clusters = 40;

export const languageOf = (i: number) => (i % 10 === 0 ? 'ko' : 'en');

/** Row i is of cluster i / 10 mod 40 of its language; row 1 is row 2 again, so that there is a tie. */
function makeVectors(): Float32Array {
  const { normal } = stream(3);
  const unit = (x: number[]) => x.map((v) => v / Math.hypot(...x));
  const centres = (n: number) =>
    Array.from({ length: n }, () => unit(Array.from({ length: dimension }, normal)));
  const of = { en: centres(clusters), ko: centres(4) };
  const rows = Array.from({ length: count }, (_, i) => {
    const centre = languageOf(i) === 'ko' ? of.ko[(i / 10) % 4] : of.en[i % clusters];
    return unit(centre.map((c) => c + 0.12 * normal()));
  });
  rows[1] = rows[2];
  return Float32Array.from(rows.flat());
}
export const vectors = makeVectors();
export const vectorOf = (i: number) => vectors.subarray(i * dimension, (i + 1) * dimension);

/** The slow way: cosine distance to every row that passes, ties by row. */
export function oracle(query: Float32Array, passes: (i: number) => boolean, k: number): number[] {
  const dot = (i: number) => vectorOf(i).reduce((sum, x, d) => sum + x * query[d], 0);
  return Array.from({ length: count }, (_, i) => i)
    .filter(passes)
    .map((i) => ({ i, distance: Math.fround(1 - dot(i)) }))
    .sort((a, b) => a.distance - b.distance || a.i - b.i)
    .slice(0, k)
    .map(({ i }) => i);
}

export interface TestSet {
  db: Database;
  /** Enough of a context for searches by vector. */
  context: Context;
  digest: string;
  id: number;
  stop(): Promise<void>;
}

export async function makeSet(backend: Backend, textOf = (i: number) => `text ${i}`): Promise<TestSet> {
  const database = await testDatabase(backend);
  const db = connect(database.url);
  const [collection, digest] = ['c'.repeat(64), 'd'.repeat(64)];
  const { rows } = await db.pool.query(
    `INSERT INTO collection (kind, digest, languages, unit_count, text_count, meta, report, published_at)
     VALUES ('CORPUS', $1, '{en,ko}', $2, $2, '{}', '{}', now()) RETURNING id`,
    [collection, count],
  );
  // Two texts a unit, next to each other, so that units can be told apart from texts.
  await db.pool.query(
    `INSERT INTO unit (collection_id, ordinal, parallel_id, kind, doc, source, attributes)
     SELECT $1, i, 'u' || i, 'SEGMENT', 'doc' || i / 100, CASE WHEN i % 2 = 0 THEN 'web' ELSE 'book' END,
            jsonb_build_object('n', i % 500, 'checked', i % 4 = 0, 'grade', 'g' || i % 3)
     FROM generate_series(0, $2::int / 2 - 1) i`,
    [rows[0].id, count],
  );
  await db.pool.query(
    `INSERT INTO text (collection_id, ordinal, unit_ordinal, role, language, text)
     SELECT $1, i - 1, (i - 1) / 2, 'TEXT', CASE WHEN (i - 1) % 10 = 0 THEN 'ko' ELSE 'en' END, text
     FROM unnest($2::text[]) WITH ORDINALITY AS n(text, i)`,
    [rows[0].id, Array.from({ length: count }, (_, i) => textOf(i))],
  );
  const id = await addSet(db, 'clustered', digest, vectors);
  return {
    ...{ db, digest, id, context: { lab: { db } } as unknown as Context },
    async stop() {
      await db.close();
      await database.stop();
    },
  };
}

/** Another set of the collection, as another model might give it; `rows` are the texts it holds. */
export async function addSet(
  db: Database,
  name: string,
  digest: string,
  values: Float32Array,
  rows = Uint32Array.from({ length: count }, (_, i) => i),
): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'isogloss-search-'));
  const size = { dimension: values.length / rows.length, count: rows.length };
  const file = { vectors: join(folder, 'v'), rows: join(folder, 'r'), ...size };
  await writeFile(file.vectors, new Uint8Array(values.buffer));
  await writeFile(file.rows, new Uint8Array(rows.buffer));
  const run = '00000000-0000-4000-8000-000000000001';
  const id = await loadEmbeddings(db, run, digest, 'a'.repeat(64), 'c'.repeat(64), file, {});
  await db.transaction((tx) => publishEmbeddings(tx, digest, id));
  await db.pool.query(`INSERT INTO name (kind, name, version, digest) VALUES ('EMBEDDING_SET', $1, 1, $2)`, [
    name,
    digest,
  ]);
  await rm(folder, { recursive: true });
  return id!;
}
