import type { MergeMethod, MethodParams } from '../method.ts';
import { type Gram, gram, gramOf, inner, length, spanned } from '../span.ts';

/** How far the average may be trusted follows from how much the models agree: t between base (0) and average (1). */
export const modelStock: MergeMethod<MethodParams<'MODEL_STOCK'>, number | null> = {
  survey(tensor, { filterWise }) {
    return filterWise ? null : ratio(gram(tensor));
  },
  merge(stretch, { columns, models }, _params, ratioOfTensor, out) {
    const n = models.length;
    if (ratioOfTensor !== null) return spanned(stretch, Array(n).fill(ratioOfTensor / n), out);
    for (let from = 0; from < out.length; from += columns) {
      const row = (of: Float32Array) => of.subarray(from, from + columns);
      const part = { start: stretch.start + from, values: stretch.values.map(row), base: row(stretch.base!) };
      spanned(part, Array(n).fill(ratio(gramOf([part], n)) / n), row(out));
    }
  },
};

function ratio(gram: Gram): number {
  const { n } = gram;
  let sum = 0;
  for (let i = 0; i < n; i++)
    for (let j = 0; j < i; j++) {
      const cosine = inner(gram, i, j) / Math.max(length(gram, i) * length(gram, j), 1e-6);
      sum += Math.min(1, Math.max(-1, cosine));
    }
  const cosine = sum / ((n * (n - 1)) / 2);
  const denominator = 1 + (n - 1) * cosine;
  // Models that pull apart say nothing together: the base stays.
  return Math.abs(denominator) < 1e-6 ? 0 : (n * cosine) / denominator;
}
