import { randomUUID } from 'node:crypto';
import type { Database, Sql } from '#src/database/client.ts';
import { watchBuild } from './builds.ts';
import { buildIndex, settingsFor, worthIndex } from './indexes.ts';
import { capabilities, partition } from './partition.ts';
import { type Chunk, openVectors, type VectorsFile, type VectorsReader } from './vectors-file.ts';
import { copyRows, insertRows, type Target } from './write-rows.ts';

/** How far a load has come, in `unit`s. */
export type OnProgress = (progress: { done: number; total: number; unit: string }) => void;

/** About 1.5 MB of vector text at 384 dimensions: on the embedded database nobody else is served meanwhile. */
const insertedRows = 500;
/** Bytes of vectors in one COPY: what a worker that dies loses, and what it holds twice. */
const copiedBytes = 2 ** 22;

/**
 * Loads a set into a partition of its own, unseen until published. Rows come in chunks, each all or nothing; a load
 * that was cut off goes on behind the last one. Returns the set's id; null: it stands already.
 */
export async function loadEmbeddings(
  db: Database,
  run: string,
  digest: string,
  model: string,
  collectionDigest: string,
  file: VectorsFile,
  meta: Record<string, unknown>,
  onProgress: OnProgress = () => {},
): Promise<number | null> {
  const { rows: ready } = await db.pool.query(
    `SELECT id FROM embedding_set WHERE digest = $1 AND status = 'READY'`,
    [digest],
  );
  const loader = randomUUID();
  const reader = await openVectors(file);
  try {
    const begun = ready.length ? null : await takeOver(db, run, digest, file, loader, reader);
    await dropStagedSets(db, run, begun?.set.id ?? null);
    if (ready.length) return null;
    const { set, loaded } = begun ?? {
      set: await begin(db, { run, digest, model, collectionDigest, loader }, file, meta),
      loaded: 0,
    };
    await writeRows(db, set, reader, { loader, from: loaded, count: file.count }, onProgress);
    await db.pool.query(
      `CREATE INDEX IF NOT EXISTS ${partition(set.id)}_language_idx ON ${partition(set.id)} (language)`,
    );
    await describe(db, set.id);
    if (file.count >= worthIndex)
      await watchBuild(db, set.id, onProgress, () =>
        buildIndex(db, set, { language: null, ...settingsFor(file.count) }),
      );
    await db.pool.query(`ANALYZE ${partition(set.id)}`);
    return set.id;
  } finally {
    await reader.close();
  }
}

/** What of a vector fits beside the other columns into a page of 8 KB. */
const largestInline = 2000;

/** The row of a set and its empty partition, together. */
const begin = (
  db: Database,
  of: { run: string; digest: string; model: string; collectionDigest: string; loader: string },
  { dimension, count }: VectorsFile,
  meta: Record<string, unknown>,
): Promise<Target> =>
  db.transaction(async (tx) => {
    const { rows } = await tx.query(
      `INSERT INTO embedding_set (digest, model_digest, collection_id, dimension, count, meta, staged_by, loader)
       SELECT $1, $2, id, $4, $5, $6, $7, $8 FROM collection WHERE digest = $3 AND published_at IS NOT NULL
       RETURNING id, collection_id AS "collectionId", dimension`,
      [of.digest, of.model, of.collectionDigest, dimension, count, JSON.stringify(meta), of.run, of.loader],
    );
    const [set] = rows as Target[];
    // Identifiers and the partition bound cannot be parameters; both are integers of our own.
    await tx.query(
      `CREATE TABLE ${partition(set.id)} PARTITION OF embedding (CHECK (vector_dims(vec) = ${dimension})) FOR VALUES IN (${set.id})`,
    );
    // Beyond 2 KB a row's vector would move to the TOAST table: comparing 768 dimensions then takes 2.6 times as long.
    if (dimension <= largestInline)
      await tx.query(`ALTER TABLE ${partition(set.id)} ALTER COLUMN vec SET STORAGE PLAIN`);
    return set;
  });

/**
 * What an earlier attempt of the run began, if its rows are the first of this file. The mark waits for a chunk that the
 * earlier loader is in the middle of, and shuts it out of the next.
 */
async function takeOver(
  db: Database,
  run: string,
  digest: string,
  { dimension, count }: VectorsFile,
  loader: string,
  reader: VectorsReader,
): Promise<{ set: Target; loaded: number } | null> {
  const { rows } = await db.pool.query(
    `UPDATE embedding_set SET loader = $1
     WHERE id = (SELECT max(id) FROM embedding_set
                 WHERE staged_by = $2 AND digest = $3 AND dimension = $4 AND count = $5 AND status = 'LOADING')
     RETURNING id, collection_id AS "collectionId", dimension`,
    [loader, run, digest, dimension, count],
  );
  if (!rows.length) return null;
  const [set] = rows as Target[];
  const { rows: found } = await db.pool.query(
    `SELECT n::int AS loaded, ordinal, vec::real[] AS vec FROM (SELECT count(*) AS n FROM ${partition(set.id)}) c
     LEFT JOIN (SELECT ordinal, vec FROM ${partition(set.id)} ORDER BY ordinal DESC LIMIT 1) last ON true`,
  );
  const [{ loaded, ordinal, vec }] = found;
  if (loaded > count) return null;
  if (loaded === 0) return { set, loaded };
  const { ordinals, values } = await reader.read(loaded - 1, 1);
  const same = ordinals[0] === ordinal && values.every((value, d) => value === Math.fround(vec[d]));
  return same ? { set, loaded } : null;
}

async function writeRows(
  db: Database,
  set: Target,
  reader: VectorsReader,
  { loader, from, count }: { loader: string; from: number; count: number },
  onProgress: OnProgress,
) {
  const { embedded } = await capabilities(db);
  const most = embedded ? insertedRows : Math.max(1, Math.floor(copiedBytes / (4 * set.dimension)));
  const write = embedded ? insertRows : copyRows;
  const read = (start: number): Promise<Chunk> | null => {
    if (start >= count) return null;
    const chunk = reader.read(start, Math.min(most, count - start));
    chunk.catch(() => {}); // awaited in its turn, unless the chunk before it fails
    return chunk;
  };
  let next = read(from);
  for (let start = from; next; ) {
    const chunk = await next;
    start += chunk.ordinals.length;
    next = read(start);
    await db.transaction(async (tx) => {
      const { rowCount } = await tx.query(
        'SELECT 1 FROM embedding_set WHERE id = $1 AND loader = $2 FOR SHARE',
        [set.id, loader],
      );
      if (!rowCount) throw new Error(`embedding set ${set.id}: another attempt of its run has taken over`);
      await write(tx, set, chunk);
    });
    onProgress({ done: start, total: count, unit: 'vectors stored' });
  }
}

/** What searches must know of a set, counted once: sets never change. */
const describe = (db: Database, set: number) =>
  db.pool.query(
    `UPDATE embedding_set SET
       languages = (SELECT coalesce(jsonb_object_agg(l.language, l.n), '{}')
                    FROM (SELECT language, count(*) AS n FROM ${partition(set)} GROUP BY 1) l),
       texts_per_unit = (SELECT coalesce(max(u.n), 1) FROM (SELECT count(*) AS n FROM ${partition(set)} GROUP BY unit_ordinal) u)
     WHERE id = $1`,
    [set],
  );

export async function publishEmbeddings(tx: Sql, digest: string, staged: number | null) {
  await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
    `publish EMBEDDING_SET ${digest}`,
  ]);
  if (staged === null) return;
  const { rows } = await tx.query(`SELECT 1 FROM embedding_set WHERE digest = $1 AND status = 'READY'`, [
    digest,
  ]);
  if (rows.length) await dropSet(tx, staged);
  else
    await tx.query(
      `UPDATE embedding_set SET status = 'READY', staged_by = NULL, loader = NULL WHERE id = $1`,
      [staged],
    );
}

/** Sets that earlier attempts of this run, or runs that have ended, left half-loaded; but the one to go on with. */
async function dropStagedSets(db: Database, run: string, except: number | null) {
  const { rows } = await db.pool.query(
    `SELECT id FROM embedding_set s WHERE status = 'LOADING' AND id IS DISTINCT FROM $2 AND (staged_by = $1
       OR NOT EXISTS (SELECT 1 FROM run r WHERE r.id = s.staged_by AND r.status IN ('QUEUED', 'RUNNING')))`,
    [run, except],
  );
  for (const { id } of rows) await db.transaction((tx) => dropSet(tx, id));
}

export async function dropSet(tx: Sql, id: number) {
  await tx.query(`DROP TABLE IF EXISTS ${partition(id)}`);
  await tx.query('DELETE FROM embedding_set WHERE id = $1', [id]);
}
