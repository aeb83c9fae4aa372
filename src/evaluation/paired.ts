import { setImmediate } from 'node:timers/promises';
import { clusterIndex, type IntervalMethod } from './resampling.ts';
import type { AverageEntry, Estimate } from './scores.ts';
import {
  type Clusters,
  combined,
  effectSize,
  holm,
  intervalBy,
  pairedRandomization,
  pairedT,
  type Resampling,
  type Sampled,
  sampleMeans,
  winTieLoss,
} from './statistics.ts';

/** One direction and pool: what every system gets on the queries that all of them have. */
export interface PairedDirection {
  kind: 'MONO' | 'CROSS' | 'MIXED';
  queries: string[];
  /** Per system, in the order of the queries. */
  values: number[][];
}

/** Systems a and b, by number. Differences are a - b. */
export interface PairedTest {
  a: number;
  b: number;
  difference: number;
  ciLow: number | null;
  ciHigh: number | null;
  /** Of the paired randomisation test. */
  p: number;
  pHolm: number;
  exact: boolean;
  /** Student's; null with fewer than two queries or clusters, or where their differences have no spread. */
  t: number | null;
  pT: number | null;
  pTHolm: number | null;
  effectSize: number | null;
  win: number;
  tie: number;
  loss: number;
}

export interface Tested {
  queries: number;
  /** Per system. */
  estimates: Estimate[];
  pairs: PairedTest[];
}

export interface TestedAverage extends Tested {
  name: AverageEntry['name'];
  directions: number;
}

interface Options extends Resampling {
  method: IntervalMethod;
  /** Query -> cluster; absent: every query by itself. */
  clusters?: ReadonlyMap<string, string>;
}

/** A number per system that is a weighted sum of directions' means; a direction by itself has weight 1. */
type Weights = { direction: number; weight: number }[];

/**
 * Every system against every other, in every direction and in the averages within and across languages and their gap.
 *
 * One bootstrap serves all of it: rows are queries (or clusters of them), drawn once for all systems and directions, so
 * that what is computed from the means keeps the pairing of systems, and of a query with its translations. The tests of
 * an average are of one number per query, its part in the difference of averages; a query changes its sign in all its
 * directions together. Holm's adjustment is over all pairs and directions, and over all pairs and averages.
 */
export async function pairedTests(
  directions: PairedDirection[],
  systems: number,
  { method, clusters, ...resampling }: Options,
): Promise<{ directions: Tested[]; averages: TestedAverage[] }> {
  const rows = [...new Set(directions.flatMap((d) => d.queries))];
  const rowOf = new Map(rows.map((query, i) => [query, i]));
  const cluster = clusters && clusterIndex(rows.map((query) => clusters.get(query) ?? `query ${query}`));
  const column = ({ queries, values }: PairedDirection, system: number) => {
    const all = new Float64Array(rows.length).fill(Number.NaN);
    queries.forEach((query, q) => {
      all[rowOf.get(query)!] = values[system][q];
    });
    return all;
  };
  const columns = directions.map((direction) =>
    Array.from({ length: systems }, (_, system) => column(direction, system)),
  );
  const flat = sampleMeans(columns.flat(), resampling, cluster);
  const sampled = directions.map((_, d) => flat.slice(d * systems, (d + 1) * systems));
  const bounds = (what: Sampled): Estimate => {
    const interval = intervalBy(method, what);
    return { value: what.value, ciLow: interval?.low ?? null, ciHigh: interval?.high ?? null };
  };

  async function tested(weights: Weights): Promise<Tested> {
    const used = rows
      .map((_, row) => row)
      .filter((row) => weights.some(({ direction }) => !Number.isNaN(columns[direction][0][row])));
    const sum = (terms: [system: number, sign: number][]) =>
      combined(
        terms.flatMap(([system, sign]) =>
          weights.map(({ direction, weight }) => [sampled[direction][system], sign * weight] as const),
        ),
      );
    /** Per query; the mean of them is the weighted sum of the directions' means. */
    const parts = (system: number) =>
      used.map((row) =>
        weights.reduce((total, { direction, weight }) => {
          const value = columns[direction][system][row];
          const share = (weight * used.length) / directions[direction].queries.length;
          return Number.isNaN(value) ? total : total + share * value;
        }, 0),
      );
    const perQuery = Array.from({ length: systems }, (_, system) => parts(system));
    const mine = cluster && clusterIndex(used.map((row) => String(cluster[row])));
    const pairs: PairedTest[] = [];
    for (let a = 0; a < systems; a++)
      for (let b = a + 1; b < systems; b++) {
        const { value: difference, ...interval } = bounds(
          sum([
            [a, 1],
            [b, -1],
          ]),
        );
        const test = testsOf(perQuery[a], perQuery[b], resampling, mine);
        pairs.push({ a, b, difference, ...interval, ...test });
        await setImmediate(); // 66 pairs of 12 systems are seconds: let others in between
      }
    return {
      queries: used.length,
      estimates: Array.from({ length: systems }, (_, system) => bounds(sum([[system, 1]]))),
      pairs,
    };
  }

  const single = await inTurn(
    directions.map((_, direction) => [{ direction, weight: 1 }]),
    tested,
  );
  const families = averagesOf(directions);
  const averages = (
    await inTurn(
      families.map(({ weights }) => weights),
      tested,
    )
  ).map((result, i) => ({
    ...result,
    name: families[i].name,
    directions: families[i].weights.length,
  }));
  adjust(single);
  adjust(averages);
  return { directions: single, averages };
}

async function inTurn<A, B>(items: A[], work: (item: A) => Promise<B>): Promise<B[]> {
  const done: B[] = [];
  for (const item of items) done.push(await work(item));
  return done;
}

/** With clusters both tests are of the clusters' sums, which are independent where their queries are not. */
function testsOf(a: number[], b: number[], resampling: Resampling, clusters: Clusters | undefined) {
  const { p, exact } = pairedRandomization(a, b, resampling, clusters);
  const student = pairedT(a, b, clusters);
  const finite = student !== null && Number.isFinite(student.t);
  return {
    ...{ p, pHolm: p, exact },
    ...{ t: finite ? student.t : null, pT: student?.p ?? null, pTHolm: student?.p ?? null },
    effectSize: effectSize(a, b),
    ...winTieLoss(a, b),
  };
}

/** MONO, CLIR and GAP of the directions over one language's documents, as evaluations have them. */
function averagesOf(directions: PairedDirection[]): { name: AverageEntry['name']; weights: Weights }[] {
  const of = (kind: PairedDirection['kind'], sign: number): Weights => {
    const found = directions.flatMap((d, direction) => (d.kind === kind ? [direction] : []));
    return found.map((direction) => ({ direction, weight: sign / found.length }));
  };
  const [within, across] = [of('MONO', 1), of('CROSS', 1)];
  return [
    ...(within.length ? [{ name: 'MONO' as const, weights: within }] : []),
    ...(across.length ? [{ name: 'CLIR' as const, weights: across }] : []),
    ...(within.length && across.length
      ? [{ name: 'GAP' as const, weights: [...within, ...of('CROSS', -1)] }]
      : []),
  ];
}

function adjust(family: Tested[]) {
  const pairs = family.flatMap((tested) => tested.pairs);
  const ps = holm(pairs.map((pair) => pair.p));
  pairs.forEach((pair, i) => {
    pair.pHolm = ps[i];
  });
  const student = pairs.filter((pair) => pair.pT !== null);
  const adjusted = holm(student.map((pair) => pair.pT!));
  student.forEach((pair, i) => {
    pair.pTHolm = adjusted[i];
  });
}
