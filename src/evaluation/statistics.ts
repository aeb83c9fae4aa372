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

/**
 * Means of resampled rows (Efron 1979): rows are drawn with replacement, and each draw is applied to all columns, so
 * that anything computed from the columns' means (a difference, an average of directions, a gap) has its own
 * bootstrap distribution with the pairing kept. NaN marks a row that a column does not have; a mean is over the
 * drawn rows that it has.
 * @returns per column, one mean per resample; NaN where no drawn row was present
 */
export function bootstrapMeans(columns: readonly Column[], { resamples, seed }: Resampling): Float64Array[] {
  const rows = columns[0]?.length ?? 0;
  if (columns.some((column) => column.length !== rows)) throw new Error('columns of unequal length');
  const values = columns.map((column) => Float64Array.from(column, (x) => (Number.isNaN(x) ? 0 : x)));
  const present = columns.map((column) => {
    const mask = Float64Array.from(column, (x) => (Number.isNaN(x) ? 0 : 1));
    return mask.includes(0) ? mask : undefined;
  });
  const random = generator(seed);
  const drawn = new Float64Array(rows);
  const means = columns.map(() => new Float64Array(resamples));
  for (let r = 0; r < resamples; r++) {
    drawn.fill(0);
    for (let i = 0; i < rows; i++) drawn[random.below(rows)]++;
    for (let c = 0; c < columns.length; c++) {
      const mask = present[c];
      means[c][r] = dot(values[c], drawn) / (mask ? dot(mask, drawn) : rows);
    }
  }
  return means;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
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

function differences(a: Column, b: Column): Float64Array {
  if (a.length !== b.length) throw new Error(`${a.length} values paired with ${b.length}`);
  return Float64Array.from(a, (x, i) => x - b[i]);
}

/** Percentile interval of mean(a) - mean(b), values paired by position. */
export function bootstrapDifference(
  a: Column,
  b: Column,
  { level = 0.95, ...resampling }: Resampling & { level?: number },
): { difference: number; interval: Interval | undefined } {
  const paired = differences(a, b);
  const [replicates] = bootstrapMeans([paired], resampling);
  return { difference: mean(paired), interval: percentileInterval(replicates, level) };
}

/** Up to here all 2^n assignments of signs are gone through: a million sums. */
const EXACT = 20;

/**
 * Fisher's paired randomisation test, two-sided: how often a mean difference as far from 0 arises when each pair's
 * difference takes either sign. Exact over the non-zero differences when there are at most 20; otherwise
 * (1 + hits) / (1 + resamples), which is never 0 and keeps its level (Phipson and Smyth 2010).
 */
export function pairedRandomization(
  a: Column,
  b: Column,
  { resamples, seed }: Resampling,
): { difference: number; p: number; exact: boolean } {
  const paired = differences(a, b);
  const moving = paired.filter((d) => d !== 0);
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
  let hits = 0;
  for (let r = 0; r < resamples; r++) {
    let sum = 0;
    let signs = 0;
    for (let i = 0; i < moving.length; i++) {
      if (i % 32 === 0) signs = random.uint32();
      sum += signs & 1 ? moving[i] : -moving[i];
      signs >>>= 1;
    }
    if (Math.abs(sum) >= bound) hits++;
  }
  return { difference, p: (1 + hits) / (1 + resamples), exact: false };
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
