import { badInput } from '#src/errors.ts';
import type { MergeMethod, MethodParams } from '../method.ts';
import { gram, inner, length, spanned } from '../span.ts';
import { refuseZero, total } from './linear.ts';

/**
 * The weighted mean of the directions, under the weighted mean of the lengths. mergekit then moves in the tangent space
 * of that mean m by sum_i w_i (u_i - <u_i, m> m), which is 0, as m is the direction of sum_i w_i u_i: the step is left
 * out, and golden values say that nothing is missed.
 */
export const multislerp: MergeMethod<MethodParams<'MULTISLERP'>, number[]> = {
  check({ weights, normalizeWeights }, tensor) {
    if (normalizeWeights) refuseZero(weights, tensor);
  },
  survey(tensor, { weights: given, normalizeWeights, eps }) {
    const sum = normalizeWeights ? total(given) : 1;
    const weights = given.map((weight) => weight / sum);
    const products = gram(tensor);
    const lengths = weights.map((_, i) => length(products, i));
    /** Of the mean of directions, in the x_i. */
    const factors = weights.map((weight, i) => weight / (lengths[i] + eps));
    const square = factors.reduce(
      (all, a, i) => factors.reduce((row, b, j) => row + a * b * inner(products, i, j), all),
      0,
    );
    const mean = Math.sqrt(Math.max(0, square));
    if (mean < eps) {
      if (weights.length === 2) return weights;
      throw badInput(
        'weights',
        `the directions of tensor ${tensor.name} cancel out under the weights ${given.join(', ')}, so they have no mean; change one`,
      );
    }
    const scale = lengths.reduce((all, each, i) => all + each * weights[i], 0);
    return factors.map((factor) => (factor / mean) * scale);
  },
  merge(stretch, _tensor, _params, factors, out) {
    spanned(stretch, factors, out);
  },
};
