import type { Context } from '#src/api/context.ts';
import { badInput } from '#src/errors.ts';
import { countEligible } from './eligible.ts';
import { checkFilter } from './filter.ts';
import { exactNearest } from './nearest.ts';
import { partition } from './partition.ts';
import { nearest, planFor } from './search.ts';
import type { SearchableSet } from './set.ts';

export interface Recall {
  mode: string;
  language: string | null;
  k: number;
  sample: number;
  /** Mean share of the k nearest that were found, 0 to 1. */
  recall: number;
  /** Milliseconds of a search without encoding. */
  p50: number;
  p95: number;
  at: Date;
}

export interface RecallInput {
  k: number;
  sample: number;
  mode: 'AUTO' | 'HNSW';
  language: string | null;
}

/**
 * Asks for the neighbours of texts of the set itself, spread evenly over it, and compares them with exact search.
 * Stores and returns what came out.
 */
export async function measureRecall(
  { lab }: Context,
  set: SearchableSet,
  { k, sample, mode, language }: RecallInput,
): Promise<Recall> {
  if (!(k >= 1 && k <= 100)) throw badInput('input.k', `k is ${k}; 1 to 100 are taken`);
  if (!(sample >= 1 && sample <= 1000))
    throw badInput('input.sample', `sample is ${sample}; 1 to 1000 are taken`);
  if (mode === 'HNSW' && !set.indexes.some(({ ready }) => ready))
    throw badInput('input.mode', 'this embedding set has no index');
  const { pool } = lab.db;
  const condition = await checkFilter(pool, set, language === null ? null : { languages: [language] });
  const eligible = await countEligible(pool, set, condition);
  const { rows } = await pool.query(
    `SELECT ordinal, vec::real[] AS vec FROM (
       SELECT ordinal, vec, row_number() OVER (ORDER BY ordinal) AS n FROM ${partition(set.id)}) e
     WHERE n % greatest(1, $1::int) = 0 LIMIT $2`,
    [Math.floor(set.count / sample), sample],
  );
  const shares: number[] = [];
  const times: number[] = [];
  for (const { ordinal, vec } of rows) {
    const question = { vector: vec, condition, ordinals: eligible.ordinals, except: ordinal, limit: k };
    const expected = new Set((await exactNearest(lab.db, set, question)).map((n) => n.ordinal));
    if (expected.size === 0) continue;
    const started = performance.now();
    const { neighbours } = await nearest(
      lab,
      set,
      question,
      await planFor(lab, set, condition, eligible.count, k, mode),
    );
    times.push(performance.now() - started);
    shares.push(neighbours.filter((n) => expected.has(n.ordinal)).length / expected.size);
  }
  if (shares.length === 0)
    throw badInput('input.embeddingSet', 'nothing in this set has a neighbour to be found');
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(share * times.length))];
  const recall = shares.reduce((a, b) => a + b, 0) / shares.length;
  return lab.db.prisma.embeddingRecall.create({
    data: { setId: set.id, mode, language, k, sample: shares.length, recall, p50: at(0.5), p95: at(0.95) },
  });
}
