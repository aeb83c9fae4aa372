import type { Sql } from '#src/database/client.ts';
import { type Condition, filterKey } from './filter.ts';
import { partition } from './partition.ts';
import type { SearchableSet } from './set.ts';

/** How many rows of a set a filter leaves. */
export interface Eligible {
  count: number;
  how: 'ALL' | 'STORED' | 'COUNTED' | 'ESTIMATED';
  /** Was the answer remembered from an earlier search? */
  remembered: boolean;
  /** The rows themselves, where they are few and not known by language alone. */
  ordinals: number[] | null;
}

/** Rows up to which they are counted and kept: beyond, comparing them all costs more than an index does. */
const cap = 20_000;
/** Rows looked at for an estimate beyond the cap. */
const sampled = 4000;

/** Sets never change, so what a filter leaves of one is counted once. The oldest go first. */
const keptFilters = 64;
const kept = new Map<string, Eligible>();

export async function countEligible(sql: Sql, set: SearchableSet, condition: Condition): Promise<Eligible> {
  if (!condition.more) {
    const languages = condition.languages ?? Object.keys(set.languages);
    const count = languages.reduce((sum, language) => sum + set.languages[language], 0);
    return { count, how: condition.languages ? 'STORED' : 'ALL', remembered: false, ordinals: null };
  }
  const key = filterKey(set, condition);
  const known = kept.get(key);
  if (known) return { ...known, remembered: true };
  const found = (await countUpTo(sql, set, condition)) ?? (await estimate(sql, set, condition));
  kept.set(key, found);
  if (kept.size > keptFilters) kept.delete(kept.keys().next().value!);
  return found;
}

/** A capped count: null where the filter leaves more. */
async function countUpTo(sql: Sql, set: SearchableSet, condition: Condition): Promise<Eligible | null> {
  const values: unknown[] = [];
  const where = condition.where((value) => `$${values.push(value)}`);
  const { rows } = await sql.query(
    `SELECT array_agg(ordinal) AS ordinals FROM (
       SELECT e.ordinal FROM ${partition(set.id)} e ${condition.joins} WHERE ${where} LIMIT ${cap + 1}) f`,
    values,
  );
  const ordinals: number[] = rows[0].ordinals ?? [];
  if (ordinals.length > cap) return null;
  return { count: ordinals.length, how: 'COUNTED', remembered: false, ordinals };
}

/** Pages drawn by a fixed seed, so that the same question takes the same way again. */
async function estimate(sql: Sql, set: SearchableSet, condition: Condition): Promise<Eligible> {
  const values: unknown[] = [];
  const where = condition.where((value) => `$${values.push(value)}`);
  const share = Math.min(100, (100 * sampled) / set.count);
  const { rows } = await sql.query(
    `SELECT count(*)::int AS passing, (SELECT count(*)::int FROM ${partition(set.id)} TABLESAMPLE SYSTEM (${share}) REPEATABLE (1)) AS drawn
     FROM ${partition(set.id)} e TABLESAMPLE SYSTEM (${share}) REPEATABLE (1) ${condition.joins} WHERE ${where}`,
    values,
  );
  const { passing, drawn } = rows[0];
  const count = Math.max(cap + 1, Math.round((set.count * passing) / Math.max(1, drawn)));
  return { count: Math.min(set.count, count), how: 'ESTIMATED', remembered: false, ordinals: null };
}
