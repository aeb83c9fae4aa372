import type { MergeMethod, MethodParams, Stretch, TensorView } from '../method.ts';
import { gram, inner, spanned } from '../span.ts';

/** mergekit's floor under lengths, and how near to parallel two vectors may come. */
const shortest = 1e-7;
const leastSine = 1e-8;

type Survey =
  | { of: 'TENSOR'; factors: number[] }
  | { of: 'COLUMNS'; factors: [Float64Array, Float64Array] }
  | { of: 'ROWS' };

/** slerp with a weight for each of two models, of tensors, of their rows or of their columns. */
export const nuslerp: MergeMethod<MethodParams<'NUSLERP'>, Survey> = {
  survey(tensor, params) {
    const t = wayOf(params.weights);
    const vector = tensor.columns === tensor.size;
    if (params.flatten || vector) {
      const products = gram(tensor);
      const factors = factorsOf(t, inner(products, 0, 0), inner(products, 0, 1), inner(products, 1, 1));
      return { of: 'TENSOR', factors };
    }
    return params.rowWise ? { of: 'COLUMNS', factors: columnFactors(tensor, t) } : { of: 'ROWS' };
  },
  merge(stretch, { columns }, { weights }, survey, out) {
    if (survey.of === 'TENSOR') return spanned(stretch, survey.factors, out);
    const t = wayOf(weights);
    const [first, second] = survey.of === 'COLUMNS' ? survey.factors : [];
    const { values, base } = stretch;
    for (let row = 0; row < out.length; row += columns) {
      const [a, b] = survey.of === 'ROWS' ? rowFactors(stretch, row, columns, t) : [0, 0];
      for (let j = 0; j < columns; j++) {
        const at = row + j;
        const zero = base ? base[at] : 0;
        out[at] =
          zero + (first?.[j] ?? a) * (values[0][at] - zero) + (second?.[j] ?? b) * (values[1][at] - zero);
      }
    }
  },
};

function wayOf([first, second]: number[]): number {
  return Math.abs(first + second) < 1e-6 ? 0.5 : second / (first + second);
}

function factorsOf(t: number, aa: number, ab: number, bb: number): [number, number] {
  const direction = (square: number) => Math.max(Math.sqrt(square), shortest);
  const cosine = Math.min(1, Math.max(-1, ab / (direction(aa) * direction(bb))));
  if (1 - cosine * cosine <= leastSine ** 2) return [1 - t, t];
  const angle = Math.acos(cosine);
  return [Math.sin((1 - t) * angle) / Math.sin(angle), Math.sin(t * angle) / Math.sin(angle)];
}

function rowFactors({ values, base }: Stretch, row: number, columns: number, t: number) {
  let [aa, ab, bb] = [0, 0, 0];
  for (let at = row; at < row + columns; at++) {
    const zero = base ? base[at] : 0;
    const [a, b] = [values[0][at] - zero, values[1][at] - zero];
    aa += a * a;
    ab += a * b;
    bb += b * b;
  }
  return factorsOf(t, aa, ab, bb);
}

function columnFactors(tensor: TensorView, t: number): [Float64Array, Float64Array] {
  const { columns } = tensor;
  const [aa, ab, bb] = [0, 1, 2].map(() => new Float64Array(columns));
  for (const { values, base } of tensor.stretches())
    for (let at = 0; at < values[0].length; at++) {
      const zero = base ? base[at] : 0;
      const [a, b] = [values[0][at] - zero, values[1][at] - zero];
      aa[at % columns] += a * a;
      ab[at % columns] += a * b;
      bb[at % columns] += b * b;
    }
  const factors = Array.from(aa, (_, j) => factorsOf(t, aa[j], ab[j], bb[j]));
  return [Float64Array.from(factors, ([a]) => a), Float64Array.from(factors, ([, b]) => b)];
}
