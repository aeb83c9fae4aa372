import { badInput } from '#src/errors.ts';
import { chance } from './chance.ts';
import type { Stretch, TensorView } from './method.ts';
import { type Boundary, boundaries, everything, isBefore } from './select.ts';

/** Which of a model's deltas are kept; plain data, found once for a tensor. */
export type Kept =
  | { by: 'ALL' }
  /** Those of the order by magnitude that come after `from` and before `to`. */
  | { by: 'RANK'; from: Boundary; to: Boundary }
  | { by: 'CHANCE'; density: number; seed: number }
  /** By chance, a greater one with a greater chance within its row; with `share` divided by that chance. */
  | { by: 'ROW'; density: number; epsilon: number; seed: number; share: boolean };

/** theta_i - theta_0 in fp32. */
export function deltasOf(value: Float32Array, base: Float32Array): Float32Array {
  const out = new Float32Array(value.length);
  for (let j = 0; j < out.length; j++) out[j] = value[j] - base[j];
  return out;
}

/** Sets to 0 what is not kept. */
export function thin(kept: Kept, deltas: Float32Array, start: number, tensor: TensorView, model: number) {
  if (kept.by === 'RANK') {
    const { from, to } = kept;
    const bits = new Int32Array(deltas.buffer, deltas.byteOffset, deltas.length);
    for (let j = 0; j < deltas.length; j++) {
      const magnitude = bits[j] & 0x7fff_ffff;
      if (!isBefore(to, magnitude, start + j) || isBefore(from, magnitude, start + j)) deltas[j] = 0;
    }
  } else if (kept.by === 'CHANCE') {
    const { at } = chance(kept.seed, tensor.name, tensor.models[model]);
    for (let j = 0; j < deltas.length; j++) if (at(start + j) >= kept.density) deltas[j] = 0;
  } else if (kept.by === 'ROW') {
    const { at } = chance(kept.seed, tensor.name, tensor.models[model]);
    const { columns } = tensor;
    for (let row = 0; row < deltas.length; row += columns) {
      const probability = rowProbabilities(deltas.subarray(row, row + columns), kept);
      for (let j = 0; j < columns; j++)
        if (at(start + row + j) >= probability[j]) deltas[row + j] = 0;
        else if (kept.share) deltas[row + j] /= probability[j];
    }
  }
}

/** Ranks within a key: 31 bits of magnitude over 22 bits of place, exact in a double, sort in native code. */
const places = 2 ** 22;

function rowProbabilities(deltas: Float32Array, { density, epsilon }: { density: number; epsilon: number }) {
  const n = deltas.length;
  if (n > places) throw new RangeError(`a row of ${n} values; the most is ${places}`);
  const bits = new Int32Array(deltas.buffer, deltas.byteOffset, n);
  const keys = new Float64Array(n);
  for (let j = 0; j < n; j++) keys[j] = (bits[j] & 0x7fff_ffff) * places + j;
  keys.sort();
  const probability = new Float64Array(n);
  // A row of one value has no ranks (mergekit fails on it); it is kept by the density itself.
  for (let rank = 0; rank < n; rank++)
    probability[keys[rank] % places] = density - epsilon + 2 * epsilon * (n > 1 ? rank / (n - 1) : 0.5);
  return probability;
}

/** TIES: the `density` greatest, at least one. */
export function greatest(tensor: TensorView, densities: number[]): Kept[] {
  const n = tensor.size;
  const counts = densities.map((density) => [density >= 1 ? n : Math.max(1, Math.floor(density * n))]);
  return ranked(tensor, counts).map(([to]) => ({ by: 'RANK', from: beforeAll, to }));
}

/** Breadcrumbs: without the `gamma` greatest, fewer where `density` would not be left otherwise. */
export function middling(tensor: TensorView, densities: number[], gammas: number[]): Kept[] {
  const n = tensor.size;
  const counts = densities.map((density, i) => {
    if (density >= 1) return [0, n];
    const target = Math.floor(density * n);
    const bottom = Math.max(0, n - target - Math.floor(gammas[i] * n));
    return [n - bottom - target, n - bottom];
  });
  return ranked(tensor, counts).map(([from, to]) => ({ by: 'RANK', from, to }));
}
const beforeAll: Boundary = { bits: 0x8000_0000, last: -1 };

function ranked(tensor: TensorView, counts: number[][]): Boundary[][] {
  if (counts.every((of) => of.every((count) => count <= 0 || count >= tensor.size)))
    return counts.map((of) => of.map((count) => (count <= 0 ? beforeAll : everything)));
  const size = tensor.models.length;
  let series: Uint32Array[] = [];
  return boundaries(
    function* () {
      for (const { start, values, base } of tensor.stretches()) {
        const n = base!.length;
        if (series[0]?.length !== n) series = Array.from({ length: size }, () => new Uint32Array(n));
        values.forEach((value, i) => {
          const [bits, floats] = [series[i], new Float32Array(series[i].buffer)];
          for (let j = 0; j < n; j++) floats[j] = value[j] - base![j];
          for (let j = 0; j < n; j++) bits[j] &= 0x7fff_ffff;
        });
        yield { start, series };
      }
    },
    tensor.size,
    counts,
  );
}

export type Rescale = 'L1' | 'EXPECTED' | 'NONE';

/** DARE: each with the probability `density`. */
export const random = (densities: number[], seed: number): Kept[] =>
  densities.map((density) => (density >= 1 ? { by: 'ALL' } : { by: 'CHANCE', density, seed }));

/** DELLA. */
export function byRow(densities: number[], epsilons: number[], rescale: Rescale, seed: number): Kept[] {
  return densities.map((density, i) => {
    if (density >= 1) return { by: 'ALL' };
    return { by: 'ROW', density, epsilon: epsilons[i], seed, share: rescale === 'EXPECTED' };
  });
}

export function refuseCertainty(densities: number[], epsilons: number[], tensor: string) {
  densities.forEach((density, i) => {
    const epsilon = epsilons[i];
    if (density < 1 && (density + epsilon >= 1 || density - epsilon <= 0))
      throw badInput(
        'epsilons',
        `density ${density} with epsilon ${epsilon} for tensor ${tensor} of model ${i + 1}: density - epsilon and density + epsilon have to lie between 0 and 1`,
      );
  });
}

/** What the kept deltas of each model are multiplied by, so that their absolute values sum to what all summed to. */
export function l1Scales(tensor: TensorView, kept: Kept[]): number[] {
  const sums = kept.map(() => [0, 0]);
  if (kept.some(({ by }) => by !== 'ALL'))
    for (const stretch of tensor.stretches())
      kept.forEach((each, i) => {
        if (each.by === 'ALL') return;
        const deltas = deltasIn(stretch, i);
        sums[i][0] += norm(deltas);
        thin(each, deltas, stretch.start, tensor, i);
        sums[i][1] += norm(deltas);
      });
  // Below this mergekit does not divide.
  return sums.map(([before, after]) => (before < 1e-7 || after < 1e-7 ? 1 : before / after));
}

export const deltasIn = ({ values, base }: Stretch, i: number) => deltasOf(values[i], base!);

function norm(deltas: Float32Array): number {
  let sum = 0;
  for (let j = 0; j < deltas.length; j++) sum += Math.abs(deltas[j]);
  return sum;
}
