import { normalCdf, normalQuantile, studentTwoSided } from './distributions.ts';
import type { IntervalMethod } from './resampling.ts';

/**
 * Statistics over per-query values, for scores and for comparisons. Everything random comes from a seed, with integer
 * arithmetic alone, so that the same data give the same interval on every machine.
 */

export interface Generator {
  /** Uniform over [0, 2^32). */
  uint32(): number;
  /** Uniform over [0, bound), for bound up to 2^21. */
  below(bound: number): number;
  /** Uniform over [0, 1), 32 bits. */
  unit(): number;
}

/** sfc32 (Doty-Humphrey, PractRand): 128 bits of state with a counter in it, no known statistical failure. */
export function generator(seed: number): Generator {
  let [a, b, c, counter] = [seed | 0, 0, 0, 1];
  function uint32() {
    const t = (a + b + counter++) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t;
    return t >>> 0;
  }
  for (let i = 0; i < 12; i++) uint32();
  return {
    uint32,
    below(bound) {
      // Lemire 2019: the high half of a product, rejecting the few low halves that would favour some values.
      for (;;) {
        const x = uint32();
        const low = Math.imul(x, bound) >>> 0;
        if (low >= bound || low >= 2 ** 32 % bound) return (x * bound - low) / 2 ** 32;
      }
    },
    unit: () => uint32() / 2 ** 32,
  };
}

export type Column = ArrayLike<number>;

/** Mean of the values present; NaN stands for absent, and is the mean of none. */
export function mean(values: Column): number {
  let sum = 0;
  let n = 0;
  for (let i = 0; i < values.length; i++)
    if (!Number.isNaN(values[i])) {
      sum += values[i];
      n++;
    }
  return sum / n;
}

export interface Resampling {
  resamples: number;
  seed: number;
}

/** Rows that belong together, numbered from 0: a number per row. Absent: every row by itself. */
export type Clusters = ArrayLike<number>;

/** A column's sums and numbers of values per cluster; `counts` is absent where every cluster has one value. */
interface Totals {
  sums: Float64Array;
  counts: Float64Array | undefined;
}

function totals(columns: readonly Column[], clusters: Clusters | undefined): Totals[] {
  const rows = columns[0]?.length ?? 0;
  if (columns.some((column) => column.length !== rows)) throw new Error('columns of unequal length');
  if (clusters && clusters.length !== rows) throw new Error(`${clusters.length} clusters of ${rows} rows`);
  let size = rows;
  if (clusters) {
    size = 0;
    for (let i = 0; i < rows; i++) size = Math.max(size, clusters[i] + 1);
  }
  return columns.map((column) => {
    const sums = new Float64Array(size);
    const counts = new Float64Array(size);
    for (let i = 0; i < rows; i++) {
      if (Number.isNaN(column[i])) continue;
      const at = clusters ? clusters[i] : i;
      sums[at] += column[i];
      counts[at]++;
    }
    return { sums, counts: counts.every((n) => n === 1) ? undefined : counts };
  });
}

/**
 * Means of resampled rows (Efron 1979): rows are drawn with replacement, and each draw is applied to all columns, so
 * that anything computed from the columns' means (a difference, an average of directions, a gap) has its own
 * bootstrap distribution with the pairing kept. NaN marks a row that a column does not have; a mean is over the
 * drawn rows that it has. With clusters, whole clusters are drawn (Davison and Hinkley 1997, section 3.8).
 * @returns per column, one mean per resample; NaN where no drawn row was present
 */
export function bootstrapMeans(
  columns: readonly Column[],
  { resamples, seed }: Resampling,
  clusters?: Clusters,
): Float64Array[] {
  const of = totals(columns, clusters);
  const size = of[0]?.sums.length ?? 0;
  const random = generator(seed);
  const drawn = new Float64Array(size);
  const sums = new Float64Array(columns.length);
  const means = columns.map(() => new Float64Array(resamples));
  for (let r = 0; r < resamples; r++) {
    drawn.fill(0);
    for (let i = 0; i < size; i++) drawn[random.below(size)]++;
    weightedSums(of, drawn, sums);
    for (let c = 0; c < columns.length; c++) {
      const { counts } = of[c];
      means[c][r] = sums[c] / (counts ? dot(counts, drawn) : size);
    }
  }
  return means;
}

/** Per column, its mean without each row, or cluster, in turn: what BCa takes its acceleration from. */
export function jackknifeMeans(columns: readonly Column[], clusters?: Clusters): Float64Array[] {
  return totals(columns, clusters).map(({ sums, counts }) => {
    const sum = sums.reduce((total, x) => total + x, 0);
    const n = counts ? counts.reduce((total, x) => total + x, 0) : sums.length;
    return sums.map((x, i) => (sum - x) / (n - (counts ? counts[i] : 1)));
  });
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** Each column's sum, weighted: four at a time, since one addition waits for the one before it. */
function weightedSums(columns: readonly Totals[], weights: Float64Array, sums: Float64Array): void {
  let c = 0;
  for (; c + 4 <= columns.length; c += 4) {
    const [a, b, d, e] = [columns[c].sums, columns[c + 1].sums, columns[c + 2].sums, columns[c + 3].sums];
    let [ofA, ofB, ofD, ofE] = [0, 0, 0, 0];
    for (let i = 0; i < weights.length; i++) {
      const weight = weights[i];
      ofA += a[i] * weight;
      ofB += b[i] * weight;
      ofD += d[i] * weight;
      ofE += e[i] * weight;
    }
    sums[c] = ofA;
    sums[c + 1] = ofB;
    sums[c + 2] = ofD;
    sums[c + 3] = ofE;
  }
  for (; c < columns.length; c++) sums[c] = dot(columns[c].sums, weights);
}

/** The quantile that NumPy calls linear (Hyndman and Fan's type 7), of ascending values. */
export function quantile(ascending: Column, q: number): number {
  const at = (ascending.length - 1) * q;
  const low = Math.floor(at);
  const high = Math.min(low + 1, ascending.length - 1);
  return ascending[low] + (at - low) * (ascending[high] - ascending[low]);
}

export interface Interval {
  low: number;
  high: number;
}

/** The middle `level` of a bootstrap distribution; undefined when it is empty. */
export function percentileInterval(replicates: Float64Array, level = 0.95): Interval | undefined {
  const ascending = replicates.filter((x) => !Number.isNaN(x)).sort();
  if (ascending.length === 0) return undefined;
  const tail = (1 - level) / 2;
  return { low: quantile(ascending, tail), high: quantile(ascending, 1 - tail) };
}

export function differences(a: Column, b: Column): Float64Array {
  if (a.length !== b.length) throw new Error(`${a.length} values paired with ${b.length}`);
  return Float64Array.from(a, (x, i) => x - b[i]);
}

/** A number made of means, with the same made of every resample and of every leaving out of a cluster. */
export interface Sampled {
  value: number;
  replicates: Float64Array;
  jackknife: Float64Array;
}

/**
 * Bias-corrected and accelerated interval (Efron 1987; Efron and Tibshirani 1993, chapter 14), of second-order
 * accuracy where the percentile interval is of first. Undefined where every resample lies on one side of the value.
 */
export function bcaInterval({ value, replicates, jackknife }: Sampled, level = 0.95): Interval | undefined {
  const ascending = replicates.filter((x) => !Number.isNaN(x)).sort();
  if (ascending.length === 0) return undefined;
  let below = 0;
  for (const x of ascending) below += x < value ? 1 : x === value ? 0.5 : 0;
  const bias = normalQuantile(below / ascending.length);
  if (!Number.isFinite(bias)) return undefined;
  const left = jackknife.filter((x) => !Number.isNaN(x));
  const centre = mean(left);
  let squares = 0;
  let cubes = 0;
  for (const x of left) {
    squares += (centre - x) ** 2;
    cubes += (centre - x) ** 3;
  }
  const acceleration = squares > 0 ? cubes / (6 * squares ** 1.5) : 0;
  const adjusted = (q: number) => {
    const z = bias + normalQuantile(q);
    return quantile(ascending, normalCdf(bias + z / (1 - acceleration * z)));
  };
  const tail = (1 - level) / 2;
  return { low: adjusted(tail), high: adjusted(1 - tail) };
}

export const intervalBy = (method: IntervalMethod, sampled: Sampled, level = 0.95) =>
  method === 'BCA' ? bcaInterval(sampled, level) : percentileInterval(sampled.replicates, level);

/** Columns' means with what intervals of them, and of numbers made of them, need. */
export function sampleMeans(
  columns: readonly Column[],
  resampling: Resampling,
  clusters?: Clusters,
): Sampled[] {
  const replicates = bootstrapMeans(columns, resampling, clusters);
  const jackknife = jackknifeMeans(columns, clusters);
  return columns.map((column, c) => ({
    value: mean(column),
    replicates: replicates[c],
    jackknife: jackknife[c],
  }));
}

/** sum of weight_i * part_i, of the values and of every resample alike. */
export function combined(parts: readonly (readonly [part: Sampled, weight: number])[]): Sampled {
  const sumOf = (of: (part: Sampled) => Float64Array) =>
    of(parts[0][0]).map((_, r) => parts.reduce((sum, [part, weight]) => sum + weight * of(part)[r], 0));
  return {
    value: parts.reduce((sum, [part, weight]) => sum + weight * part.value, 0),
    replicates: sumOf((part) => part.replicates),
    jackknife: sumOf((part) => part.jackknife),
  };
}

/** Interval of mean(a) - mean(b), values paired by position. */
export function bootstrapDifference(
  a: Column,
  b: Column,
  {
    level = 0.95,
    method = 'PERCENTILE',
    clusters,
    ...resampling
  }: Resampling & { level?: number; method?: IntervalMethod; clusters?: Clusters },
): { difference: number; interval: Interval | undefined } {
  const [paired] = sampleMeans([differences(a, b)], resampling, clusters);
  return { difference: paired.value, interval: intervalBy(method, paired, level) };
}

/** Up to here all 2^n assignments of signs are gone through: a million sums. */
const EXACT = 20;

/**
 * Fisher's paired randomisation test, two-sided: how often a mean difference as far from 0 arises when each pair's
 * difference takes either sign; those of a cluster take one sign together. Exact over the non-zero differences when
 * there are at most 20; otherwise (1 + hits) / (1 + resamples), which is never 0 and keeps its level (Phipson and Smyth 2010).
 */
export function pairedRandomization(
  a: Column,
  b: Column,
  { resamples, seed }: Resampling,
  clusters?: Clusters,
): { difference: number; p: number; exact: boolean } {
  const paired = differences(a, b);
  const moving = (clusters ? totals([paired], clusters)[0].sums : paired).filter((d) => d !== 0);
  const observed = Math.abs(moving.reduce((sum, d) => sum + d, 0));
  // Sums that are equal in exact arithmetic differ by rounding, and must count as equal.
  const bound = observed - 1e-12 * moving.reduce((sum, d) => sum + Math.abs(d), 0);
  const difference = mean(paired);

  if (moving.length <= EXACT) {
    const hits = (i: number, sum: number): number =>
      i === moving.length
        ? Number(Math.abs(sum) >= bound)
        : hits(i + 1, sum + moving[i]) + hits(i + 1, sum - moving[i]);
    return { difference, p: hits(0, 0) / 2 ** moving.length, exact: true };
  }
  const random = generator(seed);
  const sums = signedSums(moving);
  let hits = 0;
  for (let r = 0; r < resamples; r++) {
    let sum = 0;
    let signs = 0;
    for (let at = 0; at < sums.length; at += 256) {
      if (at % 1024 === 0) signs = random.uint32();
      sum += sums[at + (signs & 255)];
      signs >>>= 8;
    }
    if (Math.abs(sum) >= bound) hits++;
  }
  return { difference, p: (1 + hits) / (1 + resamples), exact: false };
}

/**
 * The sums of every eight values under all 256 assignments of signs (a bit that is set: plus), one row of 256 after the
 * other: a resample then takes eight signs in one addition.
 */
function signedSums(values: Column): Float64Array {
  const sums = new Float64Array(Math.ceil(values.length / 8) * 256);
  for (let i = 0; i < values.length; i++) {
    const row = (i >> 3) * 256;
    for (let signs = 0; signs < 256; signs++)
      sums[row + signs] += (signs >> (i & 7)) & 1 ? values[i] : -values[i];
  }
  return sums;
}

/**
 * Student's paired t test, two-sided; the same order as the randomisation test with many queries (Smucker et al.
 * 2007). With clusters the observations are their sums. Null with fewer than two observations; differences without
 * spread give 1 when they are 0 and 0 otherwise.
 */
export function pairedT(a: Column, b: Column, clusters?: Clusters): { t: number; p: number } | null {
  const single = differences(a, b);
  const paired = clusters ? totals([single], clusters)[0].sums : single;
  const n = paired.length;
  if (n < 2) return null;
  const centre = mean(paired);
  const squares = paired.reduce((sum, d) => sum + (d - centre) ** 2, 0);
  if (squares === 0)
    return centre === 0 ? { t: 0, p: 1 } : { t: Math.sign(centre) * Number.POSITIVE_INFINITY, p: 0 };
  const t = centre / Math.sqrt(squares / (n - 1) / n);
  return { t, p: studentTwoSided(t, n - 1) };
}

/** Holm 1979: p-values adjusted over their family, in the order given. */
export function holm(ps: readonly number[]): number[] {
  const adjusted = new Array<number>(ps.length);
  let highest = 0;
  ps.map((p, i) => ({ p, i }))
    .sort((x, y) => x.p - y.p)
    .forEach(({ p, i }, rank) => {
      highest = Math.max(highest, Math.min(1, (ps.length - rank) * p));
      adjusted[i] = highest;
    });
  return adjusted;
}

/** On how many queries a is better, alike and worse; sums in another order differ by less than 1e-9. */
export function winTieLoss(a: Column, b: Column): { win: number; tie: number; loss: number } {
  const counts = { win: 0, tie: 0, loss: 0 };
  for (const d of differences(a, b)) counts[d > 1e-9 ? 'win' : d < -1e-9 ? 'loss' : 'tie']++;
  return counts;
}

/** Cohen's d of paired values: the mean difference over the differences' standard deviation; null without spread. */
export function effectSize(a: Column, b: Column): number | null {
  const paired = differences(a, b);
  const centre = mean(paired);
  const squares = paired.reduce((sum, d) => sum + (d - centre) ** 2, 0);
  return squares > 0 ? centre / Math.sqrt(squares / (paired.length - 1)) : null;
}
