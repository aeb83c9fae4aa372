import type { Direction } from '#src/benchmarks/entry.ts';
import { ownRuns } from '#src/evaluation/convention.ts';
import { type Measure, measureName } from '#src/evaluation/measures.ts';
import type { AverageEntry, Estimate, ScoreEntry } from '#src/evaluation/scores.ts';
import { bootstrapMeans, mean, percentileInterval, type Resampling } from '#src/evaluation/statistics.ts';
import { byCodePoint } from '#workers/import/order.ts';
import type { RunScores } from './score.ts';

export const LEVEL = 0.95;

export interface Measured extends Direction, RunScores {}

/**
 * Scores of one system on one benchmark with their intervals, and the averages over directions. One bootstrap serves
 * all: rows are query ids, drawn once for all directions in which a query stands, so that averages and gaps keep the
 * pairing of a query with its translations.
 */
export function summarise(
  system: string,
  benchmark: string,
  directions: Measured[],
  measures: Measure[],
  resampling: Resampling,
): { scores: ScoreEntry[]; averages: AverageEntry[] } {
  const rows = [...new Set(directions.flatMap((d) => d.queries))].sort(byCodePoint);
  const rowOf = new Map(rows.map((id, row) => [id, row]));
  const scores: ScoreEntry[] = [];
  const averages: AverageEntry[] = [];

  for (const [m, measure] of measures.entries()) {
    const metric = measureName(measure);
    const replicates = bootstrapMeans(
      directions.map(({ queries, values }) => {
        const column = new Float64Array(rows.length).fill(Number.NaN);
        queries.forEach((id, q) => {
          column[rowOf.get(id)!] = values[m][q];
        });
        return column;
      }),
      resampling,
    );
    const values = directions.map((d) => mean(d.values[m]));
    directions.forEach(({ queryLang, docLang, ...d }, i) => {
      scores.push({
        ...{ system, benchmark, queryLang, docLang, metric },
        ...estimate(values[i], replicates[i]),
        n: d.queries.length,
        convention: ownRuns,
        perQuery: Array.from(d.values[m]),
      });
    });

    const within = directions.map((d, i) => (d.queryLang === d.docLang ? i : -1)).filter((i) => i >= 0);
    const across = directions.map((d, i) => (d.queryLang === d.docLang ? -1 : i)).filter((i) => i >= 0);
    /** The mean over `plus`, less the mean over `minus`. */
    const average = (name: AverageEntry['name'], plus: number[], minus: number[] = []) => {
      const over = (of: readonly number[]) => {
        const part = (chosen: number[]) => (chosen.length ? mean(chosen.map((i) => of[i])) : 0);
        return part(plus) - part(minus);
      };
      const replicate = Float64Array.from({ length: resampling.resamples }, (_, r) =>
        over(replicates.map((means) => means[r])),
      );
      averages.push({
        ...{ system, benchmark, metric, name },
        ...estimate(over(values), replicate),
        directions: plus.length + minus.length,
      });
    };
    if (within.length) average('MONO', within);
    if (across.length) average('CLIR', across);
    if (within.length && across.length) average('GAP', within, across);
  }
  return { scores, averages };
}

function estimate(value: number, replicates: Float64Array): Estimate {
  const interval = percentileInterval(replicates, LEVEL);
  return { value, ciLow: interval?.low ?? null, ciHigh: interval?.high ?? null };
}
