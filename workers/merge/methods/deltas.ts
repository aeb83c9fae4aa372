import { blockSize, type MergeMethod, type MethodParams, type TensorView } from '../method.ts';
import {
  byRow,
  deltasIn,
  greatest,
  type Kept,
  l1Scales,
  middling,
  type Rescale,
  random,
  refuseCertainty,
  thin,
} from '../sparse.ts';

/**
 * The family of task arithmetic: each model's deltas from the base are thinned out, weighted, and summed; where signs
 * are elected, only over the models that have the sign of the sum.
 */
interface Shared {
  weights: number[];
  lambda: number;
  normalize: boolean;
}

interface Survey {
  kept: Kept[];
  scales: number[];
}

type Thinning<P> = (tensor: TensorView, params: P) => Survey;

const plain = (kept: Kept[]): Survey => ({ kept, scales: kept.map(() => 1) });
const all: Thinning<Shared> = (_tensor, { weights }) => plain(weights.map(() => ({ by: 'ALL' })));
const trimmed: Thinning<MethodParams<'TIES'>> = (tensor, { densities }) => plain(greatest(tensor, densities));
const crumbs: Thinning<MethodParams<'BREADCRUMBS'>> = (tensor, { densities, gammas }) =>
  plain(middling(tensor, densities, gammas));

function rescaled(tensor: TensorView, kept: Kept[], rescale: Rescale): Survey {
  if (rescale === 'L1') return { kept, scales: l1Scales(tensor, kept) };
  const expected = (of: Kept) => (of.by === 'CHANCE' && rescale === 'EXPECTED' ? 1 / of.density : 1);
  return { kept, scales: kept.map(expected) };
}
const dropped: Thinning<MethodParams<'DARE_LINEAR'>> = (tensor, { densities, rescale, seed }) =>
  rescaled(tensor, random(densities, seed), rescale);
const pruned: Thinning<MethodParams<'DELLA'>> = (tensor, { densities, epsilons, rescale, seed }) =>
  rescaled(tensor, byRow(densities, epsilons, rescale, seed), rescale);

const summed = <P extends Shared>(thinning: Thinning<P>) => method(thinning, false);
const elected = <P extends Shared>(thinning: Thinning<P>) => method(thinning, true);
export const taskArithmetic = summed(all);
export const ties = elected(trimmed);
export const dareLinear = summed(dropped);
export const dareTies = elected(dropped);
const certain: Pick<MergeMethod<MethodParams<'DELLA'>>, 'check'> = {
  check: ({ densities, epsilons }, tensor) => refuseCertainty(densities, epsilons, tensor),
};
export const della = { ...elected(pruned), ...certain };
export const dellaLinear = { ...summed(pruned), ...certain };
export const breadcrumbs = summed(crumbs);
export const breadcrumbsTies = elected(crumbs);

function method<P extends Shared>(thinning: Thinning<P>, elects: boolean): MergeMethod<P, Survey> {
  return {
    survey: thinning,
    merge(stretch, tensor, { weights, lambda, normalize }, { kept, scales }, out) {
      const base = stretch.base!;
      const deltas = kept.map((of, i) => {
        const own = deltasIn(stretch, i);
        thin(of, own, stretch.start, tensor, i);
        return own;
      });
      const factors = weights.map((weight, i) => weight * scales[i]);
      const mix = elects ? agreement(weights, factors, normalize) : addition(weights, factors, normalize);
      const sums = new Float64Array(blockSize);
      for (let start = 0; start < out.length; start += blockSize) {
        const n = Math.min(blockSize, out.length - start);
        mix(deltas, start, n, sums);
        for (let j = 0; j < n; j++) out[start + j] = base[start + j] + lambda * sums[j];
      }
    },
  };
}

type Mix = (deltas: Float32Array[], start: number, n: number, out: Float64Array) => void;

function addition(weights: number[], factors: number[], normalize: boolean): Mix {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  // As in mergekit, opposed weights (a - b) are not divided at all.
  const divisor = normalize && Math.abs(total) >= 1e-8 ? total : 1;
  return (deltas, start, n, out) => {
    out.fill(0);
    addUp(deltas, factors, start, n, out);
    for (let j = 0; j < n; j++) out[j] /= divisor;
  };
}

function agreement(weights: number[], factors: number[], normalize: boolean): Mix {
  const votes = new Float64Array(blockSize);
  const divisors = new Float64Array(blockSize);
  return (deltas, start, n, out) => {
    votes.fill(0);
    addUp(deltas, factors, start, n, votes);
    out.fill(0);
    divisors.fill(0);
    for (let i = 0; i < deltas.length; i++) {
      const [delta, factor, weight] = [deltas[i], factors[i], weights[i]];
      for (let j = 0; j < n; j++) {
        const x = factor * delta[start + j];
        // A sum of 0 elects +; what is 0 has no sign and no part.
        if (votes[j] >= 0 ? x > 0 : x < 0) {
          out[j] += x;
          divisors[j] += weight;
        }
      }
    }
    if (normalize) for (let j = 0; j < n; j++) out[j] /= divisors[j] || 1;
  };
}

function addUp(deltas: Float32Array[], factors: number[], start: number, n: number, out: Float64Array) {
  for (let i = 0; i < deltas.length; i++) {
    const [delta, factor] = [deltas[i], factors[i]];
    for (let j = 0; j < n; j++) out[j] += factor * delta[start + j];
  }
}
