import { blockSize, type Stretch, type TensorView } from './method.ts';

/**
 * Several methods turn vectors towards each other. Whatever they do, the result is a sum of the vectors they are
 * given, with factors that depend on lengths and angles alone: on the Gram matrix, a few numbers in fp64, and not on
 * iterates as long as the tensor.
 */
export interface Gram {
  n: number;
  /** Row-major inner products of the x_i: theta_i, or tau_i where there is a base. */
  products: Float64Array;
}

export const inner = ({ n, products }: Gram, i: number, j: number) => products[i * n + j];
export const length = (gram: Gram, i: number) => Math.sqrt(inner(gram, i, i));

export function gramOf(stretches: Iterable<Stretch>, n: number): Gram {
  const products = new Float64Array(n * n);
  for (const { values, base } of stretches)
    for (let i = 0; i < n; i++)
      for (let j = 0; j <= i; j++) {
        products[i * n + j] += dot(values[i], values[j], base);
        products[j * n + i] = products[i * n + j];
      }
  return { n, products };
}

export const gram = (tensor: TensorView) => gramOf(tensor.stretches(), tensor.models.length);

function dot(a: Float32Array, b: Float32Array, base: Float32Array | null): number {
  let sum = 0;
  if (base) for (let j = 0; j < a.length; j++) sum += (a[j] - base[j]) * (b[j] - base[j]);
  else for (let j = 0; j < a.length; j++) sum += a[j] * b[j];
  return sum;
}

/** out = sum_i c_i x_i, plus the base that the x_i are relative to. */
export function spanned({ values, base }: Stretch, factors: ArrayLike<number>, out: Float32Array) {
  const sums = new Float64Array(blockSize);
  for (let start = 0; start < out.length; start += blockSize) {
    const n = Math.min(blockSize, out.length - start);
    for (let j = 0; j < n; j++) sums[j] = base ? base[start + j] : 0;
    for (let i = 0; i < values.length; i++) {
      const [value, factor] = [values[i], factors[i]];
      if (base) for (let j = 0; j < n; j++) sums[j] += factor * (value[start + j] - base[start + j]);
      else for (let j = 0; j < n; j++) sums[j] += factor * value[start + j];
    }
    for (let j = 0; j < n; j++) out[start + j] = sums[j];
  }
}
