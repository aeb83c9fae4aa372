import { open } from 'node:fs/promises';
import type { Database, Sql } from '#src/database/client.ts';
import { buildIndex, usualSettings, worthIndex } from './indexes.ts';
import { partition } from './partition.ts';

/** What an embedding run hands over: vectors row by row, and which text of the collection each row is of. */
export interface VectorsFile {
  /** Little-endian fp32, [count, dimension]. */
  vectors: string;
  /** Little-endian uint32, [count]: ordinals of texts in the walk of src/corpora/unit.ts. */
  rows: string;
  dimension: number;
  count: number;
}

/** Statement size on the embedded database: about 1.5 MB of vector text at 384 dimensions. */
const batchRows = 500;

/** Loads a set into a partition of its own, unseen until published. Returns the set's id; null: it stands already. */
export async function loadEmbeddings(
  db: Database,
  run: string,
  digest: string,
  model: string,
  collectionDigest: string,
  file: VectorsFile,
  meta: Record<string, unknown>,
): Promise<number | null> {
  await dropStagedSets(db, run);
  const { rows: ready } = await db.pool.query(
    `SELECT id FROM embedding_set WHERE digest = $1 AND status = 'READY'`,
    [digest],
  );
  if (ready.length) return null;
  const { rows } = await db.pool.query(
    `INSERT INTO embedding_set (digest, model_digest, collection_id, dimension, count, meta, staged_by)
     SELECT $1, $2, id, $4, $5, $6, $7 FROM collection WHERE digest = $3 AND published_at IS NOT NULL RETURNING id, collection_id`,
    [digest, model, collectionDigest, file.dimension, file.count, JSON.stringify(meta), run],
  );
  const { id, collection_id } = rows[0];
  // Identifiers and the partition bound cannot be parameters; both are integers of our own.
  await db.pool.query(
    `CREATE TABLE ${partition(id)} PARTITION OF embedding (CHECK (vector_dims(vec) = ${file.dimension})) FOR VALUES IN (${id})`,
  );
  await copyRows(db, id, collection_id, file);
  await db.pool.query(`CREATE INDEX ON ${partition(id)} (language)`);
  await describe(db, id);
  if (file.count >= worthIndex) await buildIndex(db, { id, dimension: file.dimension }, usualSettings);
  await db.pool.query(`ANALYZE ${partition(id)}`);
  return id;
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

async function copyRows(
  db: Database,
  set: number,
  collection: number,
  { vectors, rows, dimension, count }: VectorsFile,
) {
  const vectorFile = await open(vectors);
  const rowFile = await open(rows);
  try {
    for (let start = 0; start < count; start += batchRows) {
      const n = Math.min(batchRows, count - start);
      const values = new Float32Array(n * dimension);
      const ordinals = new Uint32Array(n);
      await readFully(vectorFile, new Uint8Array(values.buffer), start * dimension * 4);
      await readFully(rowFile, new Uint8Array(ordinals.buffer), start * 4);
      const texts = Array.from(
        { length: n },
        (_, i) => `[${values.subarray(i * dimension, (i + 1) * dimension).join(',')}]`,
      );
      const { rowCount } = await db.pool.query(
        `INSERT INTO embedding (set_id, ordinal, unit_ordinal, language, vec)
         SELECT $1, t.ordinal, t.unit_ordinal, t.language, v.vec::vector FROM unnest($3::int[], $4::text[]) AS v(ordinal, vec)
         JOIN text t ON t.collection_id = $2 AND t.ordinal = v.ordinal`,
        [set, collection, Array.from(ordinals), texts],
      );
      if (rowCount !== n) throw new Error(`embedding set ${set}: ${n} vectors met ${rowCount} texts`);
    }
  } finally {
    await vectorFile.close();
    await rowFile.close();
  }
}

async function readFully(file: Awaited<ReturnType<typeof open>>, into: Uint8Array, position: number) {
  let read = 0;
  while (read < into.length) {
    const { bytesRead } = await file.read(into, read, into.length - read, position + read);
    if (bytesRead === 0) throw new Error(`vectors file ends at byte ${position + read}`);
    read += bytesRead;
  }
}

export async function publishEmbeddings(tx: Sql, digest: string, staged: number | null) {
  await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
    `publish EMBEDDING_SET ${digest}`,
  ]);
  if (staged === null) return;
  const { rows } = await tx.query(`SELECT 1 FROM embedding_set WHERE digest = $1 AND status = 'READY'`, [
    digest,
  ]);
  if (rows.length) await dropSet(tx, staged);
  else await tx.query(`UPDATE embedding_set SET status = 'READY', staged_by = NULL WHERE id = $1`, [staged]);
}

/** Sets that earlier attempts of this run, or runs that have ended, left half-loaded. */
async function dropStagedSets(db: Database, run: string) {
  const { rows } = await db.pool.query(
    `SELECT id FROM embedding_set s WHERE status = 'LOADING' AND (staged_by = $1
       OR NOT EXISTS (SELECT 1 FROM run r WHERE r.id = s.staged_by AND r.status IN ('QUEUED', 'RUNNING')))`,
    [run],
  );
  for (const { id } of rows) await db.transaction((tx) => dropSet(tx, id));
}

export async function dropSet(tx: Sql, id: number) {
  await tx.query(`DROP TABLE IF EXISTS ${partition(id)}`);
  await tx.query('DELETE FROM embedding_set WHERE id = $1', [id]);
}
