import pg from 'pg';
import type { Database } from '#src/database/client.ts';
import { pipelined, type Row, type Statement } from '#src/database/pipelined.ts';
import type { Condition } from './filter.ts';
import { partition } from './partition.ts';
import type { HnswPlan } from './plan.ts';
import type { SearchableSet } from './set.ts';

/** What a hit shows of its text. */
export interface Shown {
  role: string;
  text: string;
  parallelId: string;
}

export interface Neighbour extends Partial<Shown> {
  ordinal: number;
  unitOrdinal: number;
  language: string;
  /** Cosine distance, 0 to 2. */
  distance: number;
}

export interface Question {
  vector: ArrayLike<number>;
  condition: Condition;
  /** Rows that pass the filter, where they are known. */
  ordinals: number[] | null;
  /** Ordinal of a text that is no answer to itself; -1: none. */
  except: number;
  /** Rows wanted. */
  limit: number;
  /** Bring what is shown of each row too: one trip to the database instead of two. */
  shown?: boolean;
  alongside?: Alongside | null;
}

/** A short statement that goes to the database in the message of a search, and its rows; null: it was not taken along. */
export interface Alongside extends Statement {
  rows: Row[] | null;
}

/**
 * Nearest neighbours by cosine distance among all rows that pass the filter. Equal distances are ordered by the texts'
 * ordinals, so that an answer never depends on the order in which the database meets its rows. Zero vectors have no
 * distance (NaN) and are no answers.
 */
export async function exactNearest(
  { pool }: Database,
  set: SearchableSet,
  question: Question,
): Promise<Neighbour[]> {
  const { condition, ordinals, except, limit, shown } = question;
  const values: unknown[] = [binary(question.vector), except];
  const place = (value: unknown) => `$${values.push(value)}`;
  const from = ordinals
    ? `e WHERE e.ordinal = ANY(${place(ordinals)}::int[])`
    : `e ${condition.joins} WHERE ${condition.where(place)}`;
  // OFFSET 0 keeps the distance from being computed twice, and the index out of a search that must not use it.
  const near = `SELECT * FROM (
       SELECT e.ordinal, e.unit_ordinal AS "unitOrdinal", e.language, e.vec <=> $1::vector AS distance
       FROM ${partition(set.id)} ${from} AND e.ordinal <> $2 OFFSET 0) n
     WHERE distance < 'NaN' ORDER BY distance, ordinal LIMIT ${limit}`;
  const { rows } = await pool.query(shown ? withShown(near, set) : near, values);
  return rows;
}

/**
 * Candidates of HNSW indexes, those that pass the filter, compared by the vectors themselves. `passing` says how many
 * candidates passed, of whatever limit.
 */
export async function hnswNearest(
  db: Database,
  set: SearchableSet,
  question: Question,
  { indexes, candidates, efSearch, iterative }: HnswPlan,
): Promise<{ neighbours: Neighbour[]; passing: number }> {
  const { condition, except, limit, shown, alongside } = question;
  const values: unknown[] = [binary(question.vector), except];
  const where = condition.where((value) => `$${values.push(value)}`);
  const near = indexes.map((language) => {
    const { expression, type } = indexed(set, language);
    const only = language === null ? '' : `WHERE language = ${pg.escapeLiteral(language)}`;
    // The limit must stand in the statement: for a placeholder the planner expects a tenth of the table.
    return `(SELECT ordinal, unit_ordinal, language, vec FROM ${partition(set.id)} ${only} ORDER BY ${expression} <=> (SELECT vec::${type} FROM asked) LIMIT ${candidates})`;
  });
  // OFFSET 0 keeps the distance from being computed twice.
  const best = `WITH asked AS MATERIALIZED (SELECT $1::vector AS vec), near AS MATERIALIZED (${near.join(' UNION ALL ')})
     SELECT e.ordinal, e.unit_ordinal AS "unitOrdinal", e.language, e.distance, count(*) OVER ()::int AS passing
     FROM (SELECT ordinal, unit_ordinal, language, vec <=> (SELECT vec FROM asked) AS distance FROM near OFFSET 0) e
     ${condition.joins} WHERE ${where} AND e.ordinal <> $2 AND e.distance < 'NaN'
     ORDER BY distance, ordinal LIMIT ${limit}`;
  const statements = [
    settings(efSearch, iterative ? 8 * candidates : null),
    { text: shown ? withShown(best, set) : best, values },
    ...(alongside ? [alongside] : []),
  ];
  const client = await db.pool.connect();
  try {
    const [, rows, found] = await pipelined(client, statements);
    if (alongside) alongside.rows = found;
    return {
      neighbours: rows.map(({ passing: _, ...row }) => row as unknown as Neighbour),
      passing: (rows[0]?.passing as number | undefined) ?? 0,
    };
  } finally {
    client.release();
  }
}

/** Settings that end with the transaction of their message, so that they reach nobody else of the pool. */
function settings(efSearch: number, mostTuples: number | null): Statement {
  const values: Record<string, string | number> = {
    'hnsw.ef_search': efSearch,
    ...(mostTuples && { 'hnsw.iterative_scan': 'relaxed_order', 'hnsw.max_scan_tuples': mostTuples }),
    // Small tables tempt PostgreSQL to sort them, which is not what the plan says was done.
    ...{ enable_seqscan: 'off', enable_bitmapscan: 'off', enable_sort: 'on' },
  };
  const set = Object.keys(values).map((name, i) => `set_config('${name}', $${i + 1}, true)`);
  return { text: `SELECT ${set.join(', ')}`, values: Object.values(values) };
}

/**
 * A vector as pgvector receives it: dimension and a spare as int16, then float32, all big-endian. As text it is three
 * times as long, and to write it and read it took a tenth of a search's time.
 */
function binary(vector: ArrayLike<number>): Buffer {
  const bytes = Buffer.allocUnsafe(4 + 4 * vector.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  view.setInt32(0, vector.length << 16);
  for (let i = 0; i < vector.length; i++) view.setFloat32(4 + 4 * i, vector[i]);
  return bytes;
}

const withShown = (near: string, { collectionId }: SearchableSet) =>
  `SELECT n.*, t.role, t.text, u.parallel_id AS "parallelId" FROM (${near}) n
   JOIN text t ON t.collection_id = ${collectionId} AND t.ordinal = n.ordinal
   JOIN unit u ON u.collection_id = ${collectionId} AND u.ordinal = n."unitOrdinal" ORDER BY n.distance, n.ordinal`;

/** What an index of the set is over, and its type, in which the question is put too. */
function indexed({ indexes, dimension }: SearchableSet, language: string | null) {
  const type = `${indexes.find((index) => index.language === language)!.precision}(${dimension})`;
  return { expression: `(vec::${type})`, type };
}
