import pg from 'pg';
import type { Database, Sql } from '#src/database/client.ts';
import { badInput, UserError } from '#src/errors.ts';
import { readBuilds } from './builds.ts';
import { capabilities, indexName, languageOfIndex, namable, partition } from './partition.ts';

export interface IndexState {
  /** Null: over the whole set. */
  language: string | null;
  /** halfvec halves index and build time on a server; on the embedded database it builds 30 times as long as vector. */
  precision: 'vector' | 'halfvec';
  m: number;
  efConstruction: number;
  bytes: number;
  /** False while it is built, or after a build that was interrupted: no search uses it. */
  ready: boolean;
}

export interface IndexSettings {
  language: string | null;
  /** Edges of a vector in a layer of the graph. */
  m: number;
  /** Beam of the build. */
  efConstruction: number;
}

/** pgvector's own, which an index that was made without saying them has. */
const usual = { m: 16, efConstruction: 64 };

/**
 * For an index over `rows` vectors: eight edges more with every factor of ten, 24 for 100,000 and 32 for a million, never
 * fewer than pgvector's own nor more than 48. Of a graph with few edges a part is reached by no beam: over a million
 * clustered vectors of 384 recall@10 is .936 with m 16 and 300 candidates and .960 with 1,000; with m 32, .988 and .997
 * (500 questions). With m 16 it was 1.00 in one build over 100,000 and .978 in the next. What is `said` stays.
 */
export function settingsFor(rows: number, said: { m?: number | null; efConstruction?: number | null } = {}) {
  const grown = 2 * Math.round(4 * Math.log10(Math.max(1, rows)) - 8);
  const m = said.m ?? Math.min(48, Math.max(usual.m, grown));
  return { m, efConstruction: said.efConstruction ?? Math.min(1000, 4 * m) };
}

/** Vectors from which a set is given an index as it is loaded; comparing fewer takes less than an index can save. */
export const worthIndex = 20_000;

export async function readIndexes(sql: Sql, set: number): Promise<IndexState[]> {
  const { rows } = await sql.query(
    `SELECT c.relname AS name, i.indisvalid AS ready, pg_relation_size(c.oid)::float8 AS bytes, c.reloptions AS options, pg_get_indexdef(c.oid) AS definition
     FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam
     WHERE i.indrelid = to_regclass($1) AND a.amname = 'hnsw' ORDER BY c.relname`,
    [partition(set)],
  );
  return rows.flatMap(({ name, ready, bytes, options, definition }) => {
    const language = languageOfIndex(set, name);
    if (language === undefined) return [];
    const option = (key: string, unsaid: number) =>
      Number(
        (options as string[] | null)?.find((o) => o.startsWith(`${key}=`))?.slice(key.length + 1) ?? unsaid,
      );
    return [
      {
        ...{ language, ready, bytes, precision: /halfvec/.test(definition) ? 'halfvec' : 'vector' },
        m: option('m', usual.m),
        efConstruction: option('ef_construction', usual.efConstruction),
      } as IndexState,
    ];
  });
}

/**
 * Builds an index of a set beside the one that is there, and puts it in its place. On a server nobody waits: the build
 * is concurrent. Throws UserError for settings that pgvector does not take, and CONFLICT while the same index is built.
 */
export async function buildIndex(
  db: Database,
  set: { id: number; dimension: number },
  { language, m, efConstruction }: IndexSettings,
): Promise<void> {
  if (!(m >= 2 && m <= 100)) throw badInput('input.m', `m is ${m}; pgvector takes 2 to 100`);
  if (!(efConstruction >= 4 && efConstruction <= 1000))
    throw badInput('input.efConstruction', `efConstruction is ${efConstruction}; pgvector takes 4 to 1000`);
  if (efConstruction < 2 * m)
    throw badInput('input.efConstruction', `efConstruction is ${efConstruction}, less than twice m (${m})`);
  if (language !== null && !namable(set.id, language))
    throw badInput('input.language', `"${language}" is too long for an index of its own`);
  const { embedded, parallelBuilds } = await capabilities(db);
  const precision = embedded ? 'vector' : 'halfvec';
  const largest = precision === 'vector' ? 2000 : 4000;
  if (set.dimension > largest)
    throw badInput(
      'input.embeddingSet',
      `pgvector indexes ${precision} up to ${largest} dimensions; this set has ${set.dimension}`,
    );
  const [name, made] = [indexName(set.id, language), `${indexName(set.id, language)}_new`];
  const only = language === null ? '' : `WHERE language = ${pg.escapeLiteral(language)}`;
  // The later of two builds would take the earlier one's unfinished index away.
  if ((await readBuilds(db.pool, set.id)).some((build) => build.language === language)) {
    const message = 'this index is being built already; `builds` of the set says how far it is';
    throw new UserError('CONFLICT', message, [{ path: 'input.embeddingSet', message }]);
  }
  const client = await db.pool.connect();
  try {
    if (!embedded) await giveMemory(client, set, m, only);
    if (!parallelBuilds) await client.query('SET max_parallel_maintenance_workers = 0');
    await client.query(`DROP INDEX IF EXISTS ${made}`);
    await client.query(
      `CREATE INDEX ${embedded ? '' : 'CONCURRENTLY'} ${made} ON ${partition(set.id)}
       USING hnsw ((vec::${precision}(${set.dimension})) ${precision}_cosine_ops) WITH (m = ${m}, ef_construction = ${efConstruction}) ${only}`,
    );
    await client.query('BEGIN');
    await client.query(`DROP INDEX IF EXISTS ${name}`);
    await client.query(`ALTER INDEX ${made} RENAME TO ${name}`);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    await client.query(`DROP INDEX IF EXISTS ${made}`).catch(() => {});
    throw error;
  } finally {
    await client.query('RESET maintenance_work_mem; RESET max_parallel_maintenance_workers').catch(() => {});
    client.release();
  }
}

/** What a build may take of the server's memory, unless its own setting is larger: 3.5 million vectors of 384. */
const mostMemory = 6 * 2 ** 30;

/**
 * Room for the whole graph. With 1 GB the build of a million vectors of 384 left memory after 740,000, and did some 50 a
 * second from then on instead of 1,300. A row takes its halfvec, 2 m links of 16 bytes below and m above for one in
 * m, and what pgvector keeps of it, about 200 bytes.
 */
export async function giveMemory(
  client: pg.PoolClient,
  set: { id: number; dimension: number },
  m: number,
  only: string,
) {
  const row = 2 * set.dimension + 16 * (2 * m + 1) + 200;
  await client.query(
    `SELECT set_config('maintenance_work_mem', greatest(
       pg_size_bytes(current_setting('maintenance_work_mem')) / 1024,
       least(${mostMemory}, 1.2 * ${row} * count(*))::bigint / 1024) || 'kB', false)
     FROM ${partition(set.id)} ${only}`,
  );
}

export const dropIndex = (sql: Sql, set: number, language: string | null) =>
  sql.query(`DROP INDEX IF EXISTS ${indexName(set, language)}`);
