/**
 * Which rows make up the batch of step k: a function of (seed, k) alone.
 *
 * Shares become a fixed interleaving of the components. A component gives its rows in a new random order each pass.
 * Under MASK a batch holds a unit once: two translations of one text as rival positives would teach that they differ.
 * A row whose unit is taken already makes way for another of its component; only where none can be had does it stay,
 * and then the loss masks what is a translation. Under KEEP a batch may hold a unit in several languages, though no
 * row twice. ALIGNED batches hold a unit in all its directions on purpose; there MASK leaves it to the loss.
 */
import { badInput } from '#src/errors.ts';
import type { Composition } from '#src/recipes/composition.ts';
import type { Batch } from './learner.ts';
import { nameOf, type PairSet } from './materialise.ts';
import { hash, permutation, stream } from './random.ts';

/** Row `row` of component `c`, with the positive that it is given this time. */
interface Drawn {
  c: number;
  row: number;
  positive: number;
}

/** Purposes that keep the streams of one seed apart. */
const order = 1;
const interleaving = 2;
const replacement = 3;
const positiveChoice = 4;

/** Positions after which an interleaving begins anew; a share is kept to one part in this. */
const frame = 4096;
/** Random rows tried in place of one whose unit is taken, before all are tried in turn. */
const tries = 64;

/** Largest remainders (Hamilton), at least one each. */
function apportion(shares: readonly number[], seats: number): number[] {
  const total = shares.reduce((a, b) => a + b, 0);
  const spare = seats - shares.length;
  const exact = shares.map((s) => (s / total) * spare);
  const quotas = exact.map((x) => 1 + Math.floor(x));
  const byRemainder = exact.map((x, c) => [x - Math.floor(x), c]).sort((a, b) => b[0] - a[0] || a[1] - b[1]);
  for (let i = 0; quotas.reduce((a, b) => a + b, 0) < seats; i++) quotas[byRemainder[i][1]]++;
  return quotas;
}

/** Remembers the last value of a function of whole numbers. */
function lastOf<T>(compute: (key: number) => T): (key: number) => T {
  let at: number | null = null;
  let value: T;
  return (key) => {
    if (key !== at) {
      value = compute(key);
      at = key;
    }
    return value;
  };
}

/** For every position the component there, and how many times it came up before. */
function interleave(shares: readonly number[], seed: number) {
  const quotas = apportion(shares, frame);
  const frameOf = lastOf((number) => {
    const { uniform } = stream(seed, interleaving, number);
    const slots = quotas.flatMap((quota, c) =>
      Array.from({ length: quota }, (_, j) => ({ c, nth: j, at: (j + uniform()) / quota })),
    );
    return slots.sort((a, b) => a.at - b.at || a.c - b.c);
  });
  return (position: number) => {
    const number = Math.floor(position / frame);
    const { c, nth } = frameOf(number)[position % frame];
    return { component: c, nth: number * quotas[c] + nth };
  };
}

export function makeSampler(
  composition: Composition,
  sets: readonly PairSet[],
  batchSize: number,
  seed: number,
): (step: number) => Batch {
  const { components, batching, parallelNegatives } = composition;
  requireUnits(composition, sets, batchSize);
  const at = interleave(
    components.map((c) => c.share),
    seed,
  );
  const walks = sets.map((_, c) => (batching === 'ALIGNED' ? firstAlike(sets, c) : c));
  const orders = sets.map(({ rows }, c) =>
    lastOf((pass) => permutation(rows, stream(seed, order, walks[c], pass))),
  );
  const mask = parallelNegatives === 'MASK';
  const unique = mask && batching !== 'ALIGNED';
  const mixed = batching !== 'HOMOGENEOUS';

  /** Which of a row's positives is taken when it comes up for the nth time. */
  const positiveOf = (c: number, row: number, nth: number) => {
    const from = sets[c].positiveStarts[row];
    return from + (hash(seed, positiveChoice, walks[c], nth) % (sets[c].positiveStarts[row + 1] - from));
  };

  return (step) => {
    const rows: Drawn[] = [];
    const taken = new Set<number>();
    const keys = (c: number, row: number, positive: number) =>
      unique ? [sets[c].units[row], sets[c].positiveUnits[positive]] : [c + sets.length * row];
    const add = (c: number, row: number, nth: number, force = false) => {
      const positive = positiveOf(c, row, nth);
      const wanted = keys(c, row, positive);
      if (!force && wanted.some((key) => taken.has(key))) return false;
      for (const key of wanted) taken.add(key);
      rows.push({ c, row, positive });
      return true;
    };
    for (let slot = 0; slot < batchSize; slot++) {
      const place = at(mixed ? step * batchSize + slot : step);
      const c = place.component;
      const nth = mixed ? place.nth : place.nth * batchSize + slot;
      const size = sets[c].rows;
      const row = orders[c](Math.floor(nth / size))[nth % size];
      if (add(c, row, nth)) continue;
      let done = false;
      for (let i = 0; i < tries && !done; i++)
        done = add(c, hash(seed, replacement, step, slot, i) % size, nth);
      for (let i = 1; i < size && !done; i++) done = add(c, (row + i) % size, nth);
      if (!done) add(c, row, nth, true);
    }
    return assemble(rows, sets, mask);
  };
}

/** The first component whose rows are of the same units, so that one order serves both. */
const firstAlike = (sets: readonly PairSet[], c: number) =>
  sets.findIndex(
    ({ rows, units }) => rows === sets[c].rows && units.every((unit, i) => unit === sets[c].units[i]),
  );

function assemble(rows: readonly Drawn[], sets: readonly PairSet[], mask: boolean): Batch {
  const candidates = rows.map(({ c, positive }) => sets[c].positives[positive]);
  for (const { c, row } of rows) {
    const { negativeStarts, negatives } = sets[c];
    for (let i = negativeStarts[row]; i < negativeStarts[row + 1]; i++) candidates.push(negatives[i]);
  }
  const pairs = rows.map(({ c, row, positive }) => ({
    anchor: sets[c].units[row],
    positive: sets[c].positiveUnits[positive],
  }));
  return {
    anchors: Int32Array.from(rows, ({ c, row }) => sets[c].anchors[row]),
    candidates: Int32Array.from(candidates),
    // Texts of the units that a row is about, its anchor's and its positive's, are no negatives of it.
    masked: mask ? rivals(pairs, (pair) => pair.positive) : [],
    maskedBack: mask ? rivals(pairs, (pair) => pair.anchor) : [],
    units: Int32Array.from(pairs, (pair) => pair.anchor),
  };
}

/** The unit of a row's anchor and that of its positive. */
interface Units {
  anchor: number;
  positive: number;
}

/** Pairs (i, j) of rows such that what j offers belongs to a unit of row i. */
function rivals(rows: readonly Units[], offered: (row: Units) => number): number[] {
  const ofUnit = new Map<number, number[]>();
  rows.forEach((row, j) => {
    const there = ofUnit.get(offered(row));
    if (there) there.push(j);
    else ofUnit.set(offered(row), [j]);
  });
  return rows.flatMap(({ anchor, positive }, i) =>
    [...new Set([anchor, positive])].flatMap((unit) =>
      (ofUnit.get(unit) ?? []).flatMap((j) => (j === i ? [] : [i, j])),
    ),
  );
}

/** A batch must be able to consist of different units, or its rows would be each other's false negatives. */
function requireUnits({ components, batching }: Composition, sets: readonly PairSet[], batchSize: number) {
  const mixed = batching !== 'HOMOGENEOUS';
  const total = components.reduce((sum, c) => sum + c.share, 0);
  const refuse = (what: string, rows: number, units: number) =>
    badInput(
      'batchSize',
      `batchSize is ${batchSize}, of which ${what} fills ${rows}, but it has only ${units} distinct units; ` +
        'lower batchSize or add data',
    );
  const all = new Set<number>();
  components.forEach((component, c) => {
    const own = new Set(sets[c].units);
    for (const unit of own) all.add(unit);
    const rows = mixed ? Math.floor((batchSize * component.share) / total) : batchSize;
    if (own.size < rows) throw refuse(`component ${c + 1} (${nameOf(component)})`, rows, own.size);
  });
  if (batching === 'MIXED' && all.size < batchSize) throw refuse('the composition', batchSize, all.size);
}
