/** The WebAssembly kernels of kernels.wat over one memory, called with views of that memory. */
import { readFileSync } from 'node:fs';

export interface Update {
  /** Multiplies the gradient: the factor of clipping. */
  scale: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  learningRate: number;
  /** Decoupled: the weight shrinks by learningRate x weightDecay. */
  weightDecay: number;
  /** How often the optimizer has stepped, this step included. */
  step: number;
}

/** A parameter with its first and second moment. */
export interface Moments {
  weights: Float32Array;
  m: Float32Array;
  v: Float32Array;
}

export interface Kernels {
  /** out[i] = sum of source[index[t]] over t in starts[i] .. starts[i + 1], for i < n; rows of `dim` numbers. */
  sumRows(
    source: Float32Array,
    index: Int32Array,
    starts: Int32Array,
    n: number,
    dim: number,
    out: Float32Array,
  ): void;
  /** The same added to what out[i] is. */
  addRows: Kernels['sumRows'];
  /** out[i] = source[index[i]] for i < n; rows of `dim` numbers. */
  takeRows(source: Float32Array, index: Int32Array, n: number, dim: number, out: Float32Array): void;
  /** In double precision. */
  sumSquares(x: Float32Array): number;
  /** AdamW (Loshchilov and Hutter 2019) as torch.optim.AdamW computes it, in single precision. */
  adamw(p: Moments, gradient: Float32Array, update: Update): void;
  /**
   * The same on rows[0 .. n] of a table alone, row i by gradient i. The moments of other rows rest, as in
   * torch.optim.SparseAdam; the correction of bias counts the optimizer's steps.
   */
  adamwRows(
    p: Moments,
    gradient: Float32Array,
    dim: number,
    rows: Int32Array,
    n: number,
    update: Update,
  ): void;
}

type Export = (...args: number[]) => number;

const compiled = new WebAssembly.Module(readFileSync(new URL('kernels.wasm', import.meta.url)));

export function bindKernels(memory: WebAssembly.Memory): Kernels {
  const { exports } = new WebAssembly.Instance(compiled, { host: { memory } });
  const { sum_rows, take_rows, sum_squares, adamw, adamw_rows } = exports as Record<string, Export>;
  const at = (view: Float32Array | Int32Array) => {
    if (view.buffer !== memory.buffer) throw new Error('this array lies outside the memory of the kernels');
    return view.byteOffset;
  };
  const scalars = (u: Update) => [
    u.scale,
    u.beta1,
    1 - u.beta1,
    u.beta2,
    1 - u.beta2,
    1 - u.learningRate * u.weightDecay,
    u.learningRate / (1 - u.beta1 ** u.step),
    1 / Math.sqrt(1 - u.beta2 ** u.step),
    u.epsilon,
  ];
  return {
    sumRows: (source, index, starts, n, dim, out) => {
      sum_rows(at(source), at(index), at(starts), n, dim, at(out), 0);
    },
    addRows: (source, index, starts, n, dim, out) => {
      sum_rows(at(source), at(index), at(starts), n, dim, at(out), 1);
    },
    takeRows: (source, index, n, dim, out) => {
      take_rows(at(source), at(index), n, dim, at(out));
    },
    sumSquares: (x) => sum_squares(at(x), x.length),
    adamw: ({ weights, m, v }, gradient, update) => {
      adamw(at(weights), at(m), at(v), at(gradient), weights.length, ...scalars(update));
    },
    adamwRows: ({ weights, m, v }, gradient, dim, rows, n, update) => {
      adamw_rows(at(weights), at(m), at(v), at(gradient), dim, at(rows), n, ...scalars(update));
    },
  };
}
