import { badInput } from '#src/errors.ts';
import { blockSize, type MergeMethod, type MethodParams } from '../method.ts';

/**
 * mergekit sums in fp32; in fp64, rounded once at the end, a model averaged with itself is itself, bit for bit,
 * whatever the weights.
 */
export const linear: MergeMethod<MethodParams<'LINEAR'>, number> = {
  check({ weights, normalize }, tensor) {
    if (normalize) refuseZero(weights, tensor);
  },
  survey: (_tensor, { weights, normalize }) => (normalize ? total(weights) : 1),
  merge({ values }, _tensor, { weights }, divisor, out) {
    combine(values, weights, divisor, out);
  },
};

/** out = sum_i w_i x_i / divisor */
export function combine(values: Float32Array[], weights: number[], divisor: number, out: Float32Array) {
  const sums = new Float64Array(blockSize);
  for (let start = 0; start < out.length; start += blockSize) {
    const n = Math.min(blockSize, out.length - start);
    sums.fill(0);
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      const weight = weights[i];
      for (let j = 0; j < n; j++) sums[j] += weight * value[start + j];
    }
    for (let j = 0; j < n; j++) out[start + j] = sums[j] / divisor;
  }
}

export function refuseZero(weights: number[], tensor: string) {
  if (total(weights) !== 0) return;
  throw badInput(
    'weights',
    `the weights ${weights.join(', ')} of tensor ${tensor} sum to 0: change one, or do not normalise`,
  );
}

/** Exactly 0 for weights such as 0.1, 0.2, -0.3, whose floating-point sum is 5.6e-17. */
export function total(weights: number[]): number {
  const sum = weights.reduce((a, b) => a + b, 0);
  const scale = Math.max(...weights.map(Math.abs));
  return Math.abs(sum) <= scale * weights.length * Number.EPSILON ? 0 : sum;
}
