import type { MergeMethod, MethodParams } from '../method.ts';
import { type Gram, gram, inner, length, spanned } from '../span.ts';

/** The mean on the sphere: from the mean of the directions, steps along the mean of the arcs to them. */
export const karcher: MergeMethod<MethodParams<'KARCHER'>, number[]> = {
  survey(tensor, params) {
    const products = gram(tensor);
    const n = tensor.models.length;
    const lengths = Array.from({ length: n }, (_, i) => length(products, i));
    const directed = lengths.flatMap((each, i) => (each > params.tolerance ? [i] : []));
    if (directed.length === 0) return lengths.map(() => 0);
    const cosines: Gram = { n: directed.length, products: new Float64Array(directed.length ** 2) };
    directed.forEach((i, a) => {
      directed.forEach((j, b) => {
        cosines.products[a * cosines.n + b] = inner(products, i, j) / (lengths[i] * lengths[j]);
      });
    });
    const mean = meanOf(cosines, params);
    const scale = lengths.reduce((sum, each) => sum + each, 0) / n;
    const factors = lengths.map(() => 0);
    directed.forEach((i, a) => {
      factors[i] = (scale * mean[a]) / lengths[i];
    });
    return factors;
  },
  merge(stretch, _tensor, _params, factors, out) {
    spanned(stretch, factors, out);
  },
};

type Vector = Float64Array;

/** Factors, in the directions u_i whose cosines are given, of their mean. */
function meanOf(cosines: Gram, { maxIterations, tolerance }: MethodParams<'KARCHER'>): Vector {
  const { n } = cosines;
  const along = (v: Vector, i: number) =>
    v.reduce((sum, factor, j) => sum + factor * inner(cosines, i, j), 0);
  const norm = (v: Vector) =>
    Math.sqrt(
      Math.max(
        0,
        v.reduce((sum, factor, i) => sum + factor * along(v, i), 0),
      ),
    );

  let mean = new Float64Array(n).fill(1 / n);
  const first = norm(mean);
  if (first < tolerance) mean = mean.map((_, i) => (i === 0 ? 1 : 0));
  else mean = mean.map((factor) => factor / first);
  for (let step = 0; step < maxIterations; step++) {
    const tangent = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      const cosine = Math.min(1, Math.max(-1, along(mean, i)));
      const angle = Math.acos(cosine);
      // To the antipode all ways are equally short: it pulls nowhere. (mergekit divides by the rounding error.)
      if (angle < tolerance || Math.PI - angle < tolerance) continue;
      const pull = angle / Math.sin(angle) / n;
      for (let j = 0; j < n; j++) tangent[j] += pull * ((i === j ? 1 : 0) - cosine * mean[j]);
    }
    const reach = norm(tangent);
    if (reach < tolerance) break;
    mean = mean.map((factor, j) => Math.cos(reach) * factor + (Math.sin(reach) * tangent[j]) / reach);
    const now = norm(mean);
    mean = mean.map((factor) => factor / now);
  }
  return mean;
}
