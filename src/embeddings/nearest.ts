import pg from 'pg';
import type { Database } from '#src/database/client.ts';
import type { Condition } from './filter.ts';
import { capabilities, partition } from './partition.ts';
import type { HnswPlan } from './plan.ts';
import { executing, type Filled, fill } from './prepared.ts';
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
  vector: ArrayLike<number> & { join(separator: string): string };
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
export interface Alongside extends Filled {
  rows: Record<string, unknown>[] | null;
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
  const values: unknown[] = [`[${question.vector.join(',')}]`, except];
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
  const { condition, except, limit, shown } = question;
  const where = condition.where(literal);
  const near = indexes.map((language) => {
    const { expression, type } = indexed(set, language);
    const only = language === null ? '' : `WHERE language = ${pg.escapeLiteral(language)}`;
    // The limit must stand in the statement: for a placeholder the planner expects a tenth of the table.
    return `(SELECT ordinal, unit_ordinal, language, vec FROM ${partition(set.id)} ${only} ORDER BY ${expression} <=> (SELECT vec::${type} FROM asked) LIMIT ${candidates})`;
  });
  const settings = [
    `hnsw.ef_search = ${efSearch}`,
    ...(iterative ? ['hnsw.iterative_scan = relaxed_order', `hnsw.max_scan_tuples = ${8 * candidates}`] : []),
    // Small tables tempt PostgreSQL to sort them, which is not what the plan says was done.
    ...['enable_seqscan = off', 'enable_bitmapscan = off', 'enable_sort = on'],
  ];
  // OFFSET 0 keeps the distance from being computed twice.
  const best = `WITH asked AS MATERIALIZED (SELECT $1::vector AS vec), near AS MATERIALIZED (${near.join(' UNION ALL ')})
     SELECT e.ordinal, e.unit_ordinal AS "unitOrdinal", e.language, e.distance, count(*) OVER ()::int AS passing
     FROM (SELECT ordinal, unit_ordinal, language, vec <=> (SELECT vec FROM asked) AS distance FROM near OFFSET 0) e
     ${condition.joins} WHERE ${where} AND e.ordinal <> ${literal(except)} AND e.distance < 'NaN'
     ORDER BY distance, ordinal LIMIT ${limit}`;
  const rows = await under(db, settings, shown ? withShown(best, set) : best, question);
  return {
    neighbours: rows.map(({ passing: _, ...row }) => row as unknown as Neighbour),
    passing: (rows[0]?.passing as number | undefined) ?? 0,
  };
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

/** A value as SQL: statements that go together in one message take no parameters. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `ARRAY[${value.map(literal).join(',')}]`;
  // Bracketed, since a cast binds more strongly than a sign.
  if (typeof value === 'number' && Number.isFinite(value)) return `(${value})`;
  if (typeof value === 'boolean') return String(value);
  // PostgreSQL's text has no NUL, and a message would end at it.
  if (typeof value === 'string' && !value.includes('\0')) return pg.escapeLiteral(value);
  throw new Error(`${typeof value} where SQL wants a text, number, boolean or list`);
}

/**
 * One statement about a vector, its $1, under settings that end with its transaction, so that they reach nobody else of
 * the pool. All in one message: several would take as long as the search itself. The vector stands in it once, as it is
 * most of the message; numbers need no escaping, and looking through them took as long as writing them.
 */
async function under(
  db: Database,
  settings: string[],
  sql: string,
  { vector, alongside }: Question,
): Promise<Record<string, unknown>[]> {
  const { embedded } = await capabilities(db);
  const filled = [{ sql, literals: [`'[${vector.join(',')}]'`] }, ...(alongside ? [alongside] : [])];
  const client = await db.pool.connect();
  let broken = false;
  try {
    // The embedded database has one connection for all, and no planning to save.
    const { before, said, succeeded } = embedded
      ? { before: [], said: filled.map((f) => fill(f.sql, f.literals)), succeeded() {} }
      : executing(client, filled);
    const first = ['BEGIN READ ONLY', ...settings.map((setting) => `SET LOCAL ${setting}`), ...before];
    // pg answers several statements with a list, which its types do not know.
    const results = (await client.query(
      [...first, ...said, 'COMMIT'].join('; '),
    )) as unknown as pg.QueryResult[];
    succeeded();
    if (alongside) alongside.rows = results[first.length + 1].rows;
    return results[first.length].rows;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {
      broken = true;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}
