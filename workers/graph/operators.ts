/**
 * The operators of the graph and how each infers the types of its outputs. Plain operators have ONNX's own meaning
 * (opset 18, or com.microsoft) and are written as they are; composites are ours and `lowering.ts` writes them.
 */
import type { Dim, Shape, Type } from './ir.ts';

export type Attributes = Readonly<Record<string, number>>;

/** Throws a TypeError that names the types when they do not fit. */
export type Infer = (inputs: readonly Type[], attributes: Attributes) => readonly Type[];

export const showType = ({ dtype, shape }: Type) => `${dtype}[${shape.join(', ')}]`;

function check(condition: boolean, inputs: readonly Type[]): asserts condition {
  if (!condition) throw new TypeError(`operands do not fit: ${inputs.map(showType).join(' and ')}`);
}

/** NumPy's rule; a named size broadcasts only against 1 and itself. */
function broadcast(a: Type, b: Type): Type {
  const rank = Math.max(a.shape.length, b.shape.length);
  const shape = Array.from({ length: rank }, (_, i) => {
    const x = a.shape[a.shape.length - rank + i] ?? 1;
    const y = b.shape[b.shape.length - rank + i] ?? 1;
    check(a.dtype === b.dtype && (x === y || x === 1 || y === 1), [a, b]);
    return x === 1 ? y : x;
  });
  return { dtype: a.dtype, shape };
}

/** Number of elements: a number, or a name made from the names in it. */
function product(dims: Shape): Dim {
  const size = dims.reduce<number>((n, d) => (typeof d === 'number' ? n * d : n), 1);
  const names = dims.filter((d) => typeof d === 'string');
  return names.length === 0 ? size : [...(size === 1 ? [] : [size]), ...names].join('*');
}

const same: Infer = ([x]) => [x];
const elementwise: Infer = ([a, b]) => [broadcast(a, b)];

const matrixProduct: Infer = (inputs, { transA, transB }) => {
  const [a, b] = inputs;
  const turned = (shape: Shape, turn = 0) =>
    turn ? [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!] : shape;
  const [m, k] = turned(a.shape, transA).slice(-2);
  const [l, n] = turned(b.shape, transB).slice(-2);
  check(a.shape.length >= 2 && b.shape.length >= 2 && k === l, inputs);
  const batch = broadcast({ ...a, shape: a.shape.slice(0, -2) }, { ...b, shape: b.shape.slice(0, -2) });
  return [{ dtype: 'float32', shape: [...batch.shape, m, n] }];
};

export const operators = {
  Add: elementwise,
  Sub: elementwise,
  Mul: elementwise,
  Div: elementwise,
  Exp: same,
  Erf: same,
  Sign: same,
  Tanh: same,
  Relu: same,
  /** max(0, min(1, alpha x + beta)) */
  HardSigmoid: same,
  /** x Phi(x), Phi by erf (com.microsoft). */
  Gelu: same,
  LogSoftmax: same,
  /** x, gain, bias -> y, mean, inverse standard deviation; over the last axis. */
  LayerNormalization: ([x, gain, bias]) => {
    check(gain.shape[0] === x.shape.at(-1) && bias.shape[0] === x.shape.at(-1), [x, gain, bias]);
    const column: Type = { dtype: 'float32', shape: [...x.shape.slice(0, -1), 1] };
    return [x, column, column];
  },
  MatMul: matrixProduct,
  /** alpha op(a) op(b), batched (com.microsoft). */
  FusedMatMul: matrixProduct,
  /** x[indices] along axis 0. */
  Gather: ([x, indices]) => [{ dtype: x.dtype, shape: [...indices.shape, ...x.shape.slice(1)] }],
  /** x[.., indices[..], ..] along axis 1. */
  GatherElements: ([x, indices]) => [{ dtype: x.dtype, shape: indices.shape }],
  /** Where along axis 1, which is kept with size 1, the largest value is; the first of equals. */
  ArgMax: ([x]) => [{ dtype: 'int32', shape: x.shape.toSpliced(1, 1, 1) }],
  /** Along axis 0. */
  Concat: (inputs) => {
    const [first] = inputs;
    check(
      inputs.every((x) => x.shape.slice(1).join() === first.shape.slice(1).join()),
      inputs,
    );
    const sizes = inputs.map((x) => x.shape[0]);
    const size = sizes.every((d) => typeof d === 'number')
      ? sizes.reduce((a, b) => a + b, 0)
      : sizes.join('+');
    return [{ dtype: first.dtype, shape: [size, ...first.shape.slice(1)] }];
  },

  /** Sum over one axis, which is kept with size 1 if `keep`. */
  Sum: ([x], { axis, keep }) => [
    { dtype: x.dtype, shape: x.shape.flatMap((d, i) => (i !== axis ? [d] : keep ? [1] : [])) },
  ],
  /** x, after -> x, but only once `after`, which has as many rows, is there. */
  Late: (inputs) => {
    const [x, after] = inputs;
    check(x.shape[0] === after.shape[0] && x.shape.slice(1).every((d) => typeof d === 'number'), inputs);
    return [x];
  },
  /** Leaves out an axis of size 1, and puts one in. */
  Squeeze: ([x], { axis }) => [{ dtype: x.dtype, shape: x.shape.toSpliced(axis, 1) }],
  Unsqueeze: ([x], { axis }) => [{ dtype: x.dtype, shape: x.shape.toSpliced(axis, 0, 1) }],
  /** x, likes.. -> x cut along axis 0 into as many rows as each of the others has. */
  Split: ([x, ...sizes]) =>
    sizes.map((like) => ({ dtype: x.dtype, shape: [like.shape[0], ...x.shape.slice(1)] })),
  /** The first `count` columns of a matrix. */
  Columns: (inputs, { count }) => {
    const [x] = inputs;
    check(x.shape.length === 2 && count <= (x.shape[1] as number), inputs);
    return [{ dtype: x.dtype, shape: [x.shape[0], count] }];
  },
  /** like, x -> x with columns of zeros added, as many as `like` has. */
  PadColumns: ([like]) => [like],
  /** x / |x|_2 over the last axis; a zero vector stays zero. Outputs y and the norm. */
  Normalize: ([x]) => [x, { dtype: 'float32', shape: [...x.shape.slice(0, -1), 1] }],
  /** like, updates, indices -> zeros of like's shape to whose rows at the indices the updates are added. */
  AddRows: ([like]) => [like],
  /** like, updates, indices -> zeros of like's shape with updates[i, j, ..] at [i, indices[i, j, ..], ..]. */
  PutElements: ([like]) => [like],
  /**
   * x [tokens, w], back, slots.., masks.. -> for each slots [n, .., length] a padded tensor [n, .., length, width]: the
   * rows, `width` long, of x that they name, times the mask if there are masks. Every row that counts is named once,
   * and `back` says where.
   */
  ToBuckets: (inputs, { width, buckets }) =>
    inputs.slice(2, 2 + buckets).map(({ shape }) => ({ dtype: 'float32', shape: [...shape, width] })),
  /** back [tokens, ..], padded.., slots.., masks.. -> [tokens, w]: the inverse. */
  FromBuckets: ([back], { width }) => [
    { dtype: 'float32', shape: [back.shape[0], product([...back.shape.slice(1), width])] },
  ],
  /**
   * q, k, v [n, heads, length, d] and a bias [n, 1, 1, length] over keys -> softmax(scale q k' + bias) v, and the
   * softmax.
   */
  Attention: (inputs) => {
    const [q, k, v, bias] = inputs;
    const [n, heads, length] = q.shape;
    check([k, v].every((x) => x.shape.join() === q.shape.join()) && bias.shape[3] === length, inputs);
    return [q, { dtype: 'float32', shape: [n, heads, length, length] }];
  },
} as const satisfies Record<string, Infer>;

export type OpName = keyof typeof operators;
