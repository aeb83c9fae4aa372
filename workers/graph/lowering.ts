/** From our graph to ONNX nodes: plain operators as they are, composites as the sequence that ONNX Runtime runs best. */
import type { Device } from '#src/device.ts';
import type { DType, Graph, Node, Shape, Value } from './ir.ts';
import { fusedProduct } from './lowering-cpu.ts';
import { turnedProduct, webgpuLowerings } from './lowering-webgpu.ts';
import type { OpName } from './operators.ts';

export type OnnxAttribute = number | readonly number[] | { float: number } | { text: string };
export interface OnnxNode {
  readonly op: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}
export type OnnxDType = DType | 'int64' | 'uint8';
export interface OnnxInput {
  readonly name: string;
  readonly dtype: OnnxDType;
  readonly shape: Shape;
}
export interface OnnxTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array | BigInt64Array | Uint8Array;
}
export interface OnnxGraph {
  readonly inputs: readonly OnnxInput[];
  readonly outputs: readonly string[];
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  /** Initializers of float32 that are files of their own: a ModelProto ends at 2 GiB, and would be a second copy. */
  readonly outsiders?: readonly OnnxOutsider[];
}
export type OnnxOutsider = Omit<OnnxTensor, 'data'>;

export interface Emitter {
  /** Adds a node; `outputs` names its results, else one fresh name. Returns the first. */
  emit(op: string, inputs: string[], attributes?: OnnxNode['attributes'], outputs?: string[]): string;
  integers(values: number[]): string;
  scalar(value: number): string;
  /** A row of ones as long as x has rows. */
  ones(x: Value): string;
  /** x with 16 more rows (axis 0) or columns (axis 1) of zeros. */
  padded(x: Value, axis: 0 | 1): string;
  /** alpha op(a) op(b) of two matrices or two batches of them; returns its name. */
  product(a: Value, b: Value, how: Turns, output?: string): string;
}
export interface Turns {
  transA?: number;
  transB?: number;
  alpha?: number;
}
export type Lowering = (e: Emitter, node: Node) => void;

const microsoft = new Set(['FusedMatMul', 'Gelu']);
const floatAttributes = new Set(['alpha', 'beta', 'epsilon']);
const name = (v: Value) => v.name;

const zerosLike = (e: Emitter, like: Value) => e.emit('ConstantOfShape', [e.emit('Shape', [like.name])]);

const axisInput: Lowering = (e, { op, inputs: [x], outputs, attributes: { axis } }) =>
  e.emit(op, [x.name, e.integers([axis])], {}, outputs.map(name));

const lowerings: Partial<Record<OpName, Lowering>> = {
  GatherElements: (e, { inputs, outputs }) =>
    e.emit('GatherElements', inputs.map(name), { axis: 1 }, outputs.map(name)),
  ArgMax: (e, { inputs: [x], outputs }) =>
    e.emit('Cast', [e.emit('ArgMax', [x.name], { axis: 1 })], { to: 6 }, outputs.map(name)),
  PutElements: (e, { inputs: [like, updates, indices], outputs }) =>
    e.emit(
      'ScatterElements',
      [zerosLike(e, like), indices.name, updates.name],
      { axis: 1 },
      outputs.map(name),
    ),
  AddRows: (e, { inputs: [like, updates, indices], outputs }) => {
    const tuples = e.emit('Unsqueeze', [indices.name, e.integers([indices.shape.length])]);
    const wide = e.emit('Cast', [tuples], { to: 7 });
    e.emit(
      'ScatterND',
      [zerosLike(e, like), wide, updates.name],
      { reduction: { text: 'add' } },
      outputs.map(name),
    );
  },
  Concat: (e, { inputs, outputs }) => e.emit('Concat', inputs.map(name), { axis: 0 }, outputs.map(name)),
  Split: (e, { inputs: [x, ...likes], outputs }) => {
    const sizes = likes.map((like) => e.emit('Shape', [like.name], { start: 0, end: 1 }));
    e.emit('Split', [x.name, e.emit('Concat', sizes, { axis: 0 })], { axis: 0 }, outputs.map(name));
  },
  Sum: (e, { inputs: [x], outputs: [y], attributes: { axis, keep } }) => {
    if (axis === 0 && x.shape.length === 2 && !keep) {
      // Gradients of biases: ReduceSum over rows runs on one thread (1.7 ms for [3884, 1024], a product 0.8 on two).
      const sums = e.emit('MatMul', [e.ones(x), x.name]);
      e.emit('Squeeze', [sums, e.integers([0])], {}, [y.name]);
    } else e.emit('ReduceSum', [x.name, e.integers([axis])], { keepdims: keep ? 1 : 0 }, [y.name]);
  },
  Squeeze: axisInput,
  Unsqueeze: axisInput,
  Late: (e, { inputs: [x, after], outputs: [y] }) => {
    // A Reshape copies nothing, and cannot run before the shape that it is given is known.
    const rows = e.emit('Shape', [after.name], { start: 0, end: 1 });
    const rest = e.integers(x.shape.slice(1) as number[]);
    e.emit('Reshape', [x.name, e.emit('Concat', [rows, rest], { axis: 0 })], {}, [y.name]);
  },
  Columns: (e, { inputs: [x], outputs: [y], attributes: { count } }) =>
    e.emit('Slice', [x.name, e.integers([0]), e.integers([count]), e.integers([1])], {}, [y.name]),
  PadColumns: (e, { inputs: [like, x], outputs: [y] }) => {
    const missing = (like.shape[1] as number) - (x.shape[1] as number);
    e.emit('Pad', [x.name, e.integers([0, 0, 0, missing])], {}, [y.name]);
  },
  Normalize: (e, { inputs: [x], outputs: [y, norm] }) => {
    const length = e.emit('ReduceL2', [x.name, e.integers([-1])], { keepdims: 1 });
    // The floor of torch.nn.functional.normalize.
    e.emit('Max', [length, e.scalar(1e-12)], {}, [norm.name]);
    e.emit('Div', [x.name, norm.name], {}, [y.name]);
  },
  ToBuckets: (e, { inputs: [x, , ...rest], outputs, attributes }) => {
    const { width, buckets } = attributes;
    const rows = e.emit('Reshape', [x.name, e.integers([-1, width])]);
    outputs.forEach((output, i) => {
      const mask = rest[buckets + i];
      const taken = e.emit('Gather', [rows, rest[i].name], {}, mask ? undefined : [output.name]);
      if (mask) e.emit('Mul', [taken, mask.name], {}, [output.name]);
    });
  },
  FromBuckets: (e, { inputs: [back, ...rest], outputs: [y], attributes }) => {
    const { width, buckets } = attributes;
    const parts = rest.slice(0, buckets).map((x) => e.emit('Reshape', [x.name, e.integers([-1, width])]));
    const rows = parts.length === 1 ? parts[0] : e.emit('Concat', parts, { axis: 0 });
    const taken = e.emit('Gather', [rows, back.name]);
    e.emit('Reshape', [taken, e.integers([-1, y.shape[1] as number])], {}, [y.name]);
  },
  FusedMatMul: (e, { inputs: [a, b], outputs: [y], attributes }) => e.product(a, b, attributes, y.name),
  Attention: (e, { inputs: [q, k, v, bias], outputs: [context, weights], attributes: { scale } }) => {
    const scores = e.product(q, k, { transB: 1, alpha: scale });
    e.emit('Softmax', [e.emit('Add', [scores, bias.name])], { axis: -1 }, [weights.name]);
    e.emit('MatMul', [weights.name, v.name], {}, [context.name]);
  },
};

/** Gives results the names they are asked for by; an Identity, which copies, only where there is no name to give. */
function nameOutputs(nodes: readonly OnnxNode[], graph: Graph): OnnxNode[] {
  const inputs = new Set(graph.inputs);
  const names = new Map<string, string>();
  const copies: OnnxNode[] = [];
  for (const [as, value] of graph.outputs) {
    if (!inputs.has(value) && !names.has(value.name)) names.set(value.name, as);
    else copies.push({ op: 'Identity', domain: '', inputs: [value.name], outputs: [as], attributes: {} });
  }
  const rename = (v: string) => names.get(v) ?? v;
  return [...nodes, ...copies].map((n) => ({
    ...n,
    inputs: n.inputs.map(rename),
    outputs: n.outputs.map(rename),
  }));
}

/**
 * Nodes whose results no other reads come last, and the first of them at the very end: ONNX Runtime runs all that the
 * last node needs, then what the one before it needs. So each gradient is made as soon as it can be, and what it is
 * made from is let go; in the order of the way back, all of that is held to its end (8 % of a step's memory).
 */
function endsLast(nodes: readonly OnnxNode[]): OnnxNode[] {
  const read = new Set(nodes.flatMap((n) => n.inputs));
  const isRead = (n: OnnxNode) => n.outputs.some((o) => read.has(o));
  return [...nodes.filter(isRead), ...nodes.filter((n) => !isRead(n)).reverse()];
}

/** @param outside inputs that become initializers */
export function lower(graph: Graph, device: Device, outside: ReadonlySet<string>): OnnxGraph {
  const nodes: OnnxNode[] = [];
  const initializers = new Map<string, OnnxTensor>();
  for (const { value, data } of graph.constants)
    initializers.set(value.name, { name: value.name, shape: value.shape as number[], data });

  const emitter: Emitter = {
    product: (...args) => (device === 'cpu' ? fusedProduct : turnedProduct)(emitter, ...args),
    emit(op, inputs, attributes = {}, outputs = [`$${nodes.length}`]) {
      nodes.push({ op, domain: microsoft.has(op) ? 'com.microsoft' : '', inputs, outputs, attributes });
      return outputs[0];
    },
    integers(values) {
      const id = `integers ${values}`;
      initializers.set(id, { name: id, shape: [values.length], data: BigInt64Array.from(values, BigInt) });
      return id;
    },
    scalar(x) {
      const id = `float ${x}`;
      initializers.set(id, { name: id, shape: [], data: Float32Array.of(x) });
      return id;
    },
    ones: (x) =>
      once(`ones ${x.shape[0]}`, () => {
        const length = emitter.emit('Shape', [x.name], { start: 0, end: 1 });
        const shape = emitter.emit('Concat', [emitter.integers([1]), length], { axis: 0 });
        return emitter.emit('Expand', [emitter.scalar(1), shape]);
      }),
    padded: (x, axis) =>
      once(`${x.name} padded ${axis}`, () =>
        emitter.emit('Pad', [x.name, emitter.integers(axis === 0 ? [0, 0, 16, 0] : [0, 0, 0, 16])]),
      ),
  };
  const made = new Map<string, string>();
  const once = (what: string, make: () => string) => {
    const found = made.get(what) ?? make();
    made.set(what, found);
    return found;
  };
  const plain: Lowering = (e, node) => {
    const attributes = Object.entries(node.attributes).map(([key, value]) => [
      key,
      floatAttributes.has(key) ? { float: value } : value,
    ]);
    e.emit(node.op, node.inputs.map(name), Object.fromEntries(attributes), node.outputs.map(name));
  };
  const chosen = device === 'cpu' ? lowerings : { ...lowerings, ...webgpuLowerings };
  for (const node of graph.nodes) (chosen[node.op] ?? plain)(emitter, node);
  return {
    inputs: graph.inputs.filter(({ name }) => !outside.has(name)),
    outsiders: graph.inputs
      .filter(({ name }) => outside.has(name))
      .map(({ name, shape }) => ({ name, shape: shape as number[] })),
    outputs: [...graph.outputs.keys()],
    nodes: endsLast(nameOutputs(nodes, graph)),
    initializers: [...initializers.values()],
  };
}
