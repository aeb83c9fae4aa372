import { badInput } from '#src/errors.ts';
import type { MergeMethod, MethodParams } from './method.ts';

/** Accumulators for a stretch of the tensor, small enough for the first-level cache. */
const stretch = 2048;

/**
 * Sums are kept in fp64 and rounded once at the end, so that a model averaged with itself is itself, bit for bit,
 * whatever the weights; mergekit, whose definition this is, sums in the tensors' own precision.
 */
export const linear: MergeMethod<MethodParams<'LINEAR'>> = {
  formula: 'theta = sum_i w_i theta_i / (normalize ? sum_i w_i : 1)',
  paper: {
    title:
      'Model soups: averaging weights of multiple fine-tuned models improves accuracy (Wortsman et al. 2022)',
    url: 'https://arxiv.org/abs/2203.05482',
  },
  check({ weights, normalize }, models) {
    if (weights.length !== models) {
      throw badInput(
        'weights',
        `there are ${weights.length} weights for ${models} models: give one for each`,
      );
    }
    if (normalize && total(weights) === 0) {
      throw badInput(
        'weights',
        `the weights ${weights.join(', ')} sum to 0: change one, or do not normalise`,
      );
    }
  },
  merge({ values }, { weights, normalize }) {
    const divisor = normalize ? total(weights) : 1;
    const out = new Float32Array(values[0].length);
    const sums = new Float64Array(stretch);
    for (let start = 0; start < out.length; start += stretch) {
      const n = Math.min(stretch, out.length - start);
      sums.fill(0);
      for (let i = 0; i < values.length; i++) {
        const value = values[i];
        const weight = weights[i];
        for (let j = 0; j < n; j++) sums[j] += weight * value[start + j];
      }
      for (let j = 0; j < n; j++) out[start + j] = sums[j] / divisor;
    }
    return out;
  },
};

/** Exactly 0 for weights such as 0.1, 0.2, -0.3, whose floating-point sum is 5.6e-17. */
function total(weights: number[]): number {
  const sum = weights.reduce((a, b) => a + b, 0);
  const scale = Math.max(...weights.map(Math.abs));
  return Math.abs(sum) <= scale * weights.length * Number.EPSILON ? 0 : sum;
}
