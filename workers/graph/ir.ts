/**
 * A graph of tensor operations: frozen values and nodes in execution order. Its operators are ONNX's own plus the few
 * composites of `lowering.ts`; types are inferred as a node is added, so a graph that was built is well-typed.
 */
import { type Attributes, type Infer, type OpName, operators, showType } from './operators.ts';

/** A number, or the name of a size known only when the graph runs. Equal names are equal sizes. */
export type Dim = number | string;
export type Shape = readonly Dim[];
export type DType = 'float32' | 'int32';

export interface Type {
  readonly dtype: DType;
  readonly shape: Shape;
}
export interface Value extends Type {
  readonly name: string;
}
export interface Node {
  readonly op: OpName;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly attributes: Attributes;
}
export interface Constant {
  readonly value: Value;
  readonly data: Float32Array | Int32Array;
}
export interface Graph {
  readonly inputs: readonly Value[];
  readonly constants: readonly Constant[];
  readonly nodes: readonly Node[];
  readonly outputs: ReadonlyMap<string, Value>;
}

export interface GraphBuilder {
  /** The nodes so far. */
  readonly nodes: readonly Node[];
  input(name: string, dtype: DType, shape: Shape): Value;
  /** A tensor filled with one number, float32 unless said otherwise. Equal constants are one value. */
  constant(fill: number, shape?: readonly number[], dtype?: DType): Value;
  /** Adds a node and returns its first output. */
  op(op: OpName, inputs: readonly Value[], attributes?: Attributes): Value;
  /** Adds a node and returns all its outputs. */
  ops(op: OpName, inputs: readonly Value[], attributes?: Attributes): readonly Value[];
  /** The graph that computes these outputs; nodes they do not need are left out, inputs are all kept. */
  finish(outputs: Record<string, Value>): Graph;
}

export function buildGraph(): GraphBuilder {
  const inputs: Value[] = [];
  const constants = new Map<string, Constant>();
  const nodes: Node[] = [];
  let counter = 0;

  const value = (name: string, { dtype, shape }: Type): Value =>
    Object.freeze({ name, dtype, shape: Object.freeze([...shape]) });

  function ops(op: OpName, args: readonly Value[], attributes: Attributes = {}) {
    const infer: Infer = operators[op];
    const outputs = Object.freeze(infer(args, attributes).map((type) => value(`%${counter++}`, type)));
    nodes.push(
      Object.freeze({ op, inputs: Object.freeze([...args]), outputs, attributes: Object.freeze(attributes) }),
    );
    return outputs;
  }

  return {
    nodes,
    input(name, dtype, shape) {
      if (inputs.some((i) => i.name === name)) throw new Error(`input ${name} exists already`);
      const made = value(name, { dtype, shape });
      inputs.push(made);
      return made;
    },
    constant(fill, shape = [], dtype = 'float32') {
      const key = `${dtype} ${fill} [${shape}]`;
      let found = constants.get(key);
      if (!found) {
        const size = shape.reduce((n, d) => n * d, 1);
        const data = new (dtype === 'float32' ? Float32Array : Int32Array)(size).fill(fill);
        found = Object.freeze({ value: value(key, { dtype, shape }), data });
        constants.set(key, found);
      }
      return found.value;
    },
    op: (op, args, attributes) => ops(op, args, attributes)[0],
    ops,
    finish(outputs) {
      const needed = new Set(Object.values(outputs));
      const kept: Node[] = [];
      for (const node of nodes.toReversed()) {
        if (!node.outputs.some((o) => needed.has(o))) continue;
        for (const i of node.inputs) needed.add(i);
        kept.push(node);
      }
      return Object.freeze({
        inputs: Object.freeze([...inputs]),
        constants: Object.freeze([...constants.values()].filter((c) => needed.has(c.value))),
        nodes: Object.freeze(kept.reverse()),
        outputs: new Map(Object.entries(outputs)),
      });
    },
  };
}

/** One line per input and node, e.g. `%2: float32[tokens, 64] = FusedMatMul(%1, w) {transB: 1}`. */
export function printGraph(graph: Graph): string {
  const attributes = (a: Attributes) => {
    const entries = Object.entries(a).map(([k, v]) => `${k}: ${v}`);
    return entries.length ? ` {${entries.join(', ')}}` : '';
  };
  return [
    ...graph.inputs.map((v) => `input ${v.name}: ${showType(v)}`),
    ...graph.nodes.map(
      (n) =>
        `${n.outputs.map((o) => `${o.name}: ${showType(o)}`).join(', ')} = ` +
        `${n.op}(${n.inputs.map((i) => i.name).join(', ')})${attributes(n.attributes)}`,
    ),
    ...[...graph.outputs].map(([name, v]) => `output ${name} = ${v.name}`),
    '',
  ].join('\n');
}
