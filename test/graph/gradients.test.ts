import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InferenceSession } from 'onnxruntime-node';
import { gradients, rules } from '#workers/graph/gradients.ts';
import { buildGraph, type GraphBuilder, printGraph, type Shape, type Value } from '#workers/graph/ir.ts';
import { lower } from '#workers/graph/lowering.ts';
import { encodeOnnx } from '#workers/graph/onnx.ts';
import { openSession, tensor } from '#workers/graph/session.ts';
import { computeWith } from '../compute.ts';

/** What the named sizes are; concatenating rows and 4 more makes the third. */
const sizes: Record<string, number> = { rows: 3, columns: 5, 'rows+4': 7 };
const concrete = (shape: Shape) => shape.map((d) => (typeof d === 'number' ? d : sizes[d]));
const size = (shape: Shape) => concrete(shape).reduce((a, b) => a * b, 1);

interface Case {
  inputs: Record<string, Shape>;
  /** Integer inputs and their values. */
  ints?: Record<string, [Shape, number[]]>;
  build(g: GraphBuilder, v: Record<string, Value>): Value;
}

/** At least one for every rule; what differs between broadcasts and transpositions has one each. */
const cases: Record<string, Case> = {
  'Add of a row': { inputs: { a: ['rows', 5], b: [5] }, build: (g, { a, b }) => g.op('Add', [a, b]) },
  'Add of a column': {
    inputs: { a: ['rows', 5], b: ['rows', 1] },
    build: (g, { a, b }) => g.op('Add', [b, a]),
  },
  'Sub of a row': { inputs: { a: ['rows', 5], b: [5] }, build: (g, { a, b }) => g.op('Sub', [a, b]) },
  Columns: { inputs: { a: ['rows', 5] }, build: (g, { a }) => g.op('Columns', [a], { count: 3 }) },
  'Mul of a column and a row': {
    inputs: { a: ['rows', 1], b: [1, 'columns'] },
    build: (g, { a, b }) => g.op('Mul', [a, b]),
  },
  'Mul of a value by itself': { inputs: { a: [4, 2] }, build: (g, { a }) => g.op('Mul', [a, a]) },
  MatMul: { inputs: { a: ['rows', 4], b: [4, 5] }, build: (g, { a, b }) => g.op('MatMul', [a, b]) },
  'MatMul of batches': {
    inputs: { a: [2, 'rows', 4], b: [2, 4, 5] },
    build: (g, { a, b }) => g.op('MatMul', [a, b]),
  },
  ...Object.fromEntries(
    [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ].map(([transA, transB]): [string, Case] => [
      `FusedMatMul, transposed ${transA} ${transB}`,
      {
        inputs: { a: transA ? [4, 'rows'] : ['rows', 4], b: transB ? [5, 4] : [4, 5] },
        build: (g, { a, b }) => g.op('FusedMatMul', [a, b], { transA, transB, alpha: 0.7 }),
      },
    ]),
  ),
  'Gather of rows, some twice': {
    inputs: { a: ['rows', 4] },
    ints: { i: [[4], [2, 0, 2, 2]] },
    build: (g, { a, i }) => g.op('Gather', [a, i]),
  },
  GatherElements: {
    inputs: { a: ['rows', 4] },
    ints: {
      i: [
        ['rows', 1],
        [3, 0, 1],
      ],
    },
    build: (g, { a, i }) => g.op('GatherElements', [a, i]),
  },
  Tanh: { inputs: { a: ['rows', 7] }, build: (g, { a }) => g.op('Tanh', [a]) },
  Relu: { inputs: { a: ['rows', 7] }, build: (g, { a }) => g.op('Relu', [a]) },
  'largest along an axis': {
    inputs: { a: ['rows', 5, 3] },
    build: (g, { a }) => g.op('GatherElements', [a, g.op('ArgMax', [a])]),
  },
  Gelu: { inputs: { a: ['rows', 7] }, build: (g, { a }) => g.op('Gelu', [a]) },
  LayerNormalization: {
    inputs: { a: ['rows', 6], gain: [6], bias: [6] },
    build: (g, { a, gain, bias }) => g.op('LayerNormalization', [a, gain, bias], { axis: -1, epsilon: 1e-5 }),
  },
  LogSoftmax: { inputs: { a: ['rows', 5] }, build: (g, { a }) => g.op('LogSoftmax', [a], { axis: -1 }) },
  Normalize: { inputs: { a: ['rows', 5] }, build: (g, { a }) => g.op('Normalize', [a]) },
  Concat: { inputs: { a: ['rows', 2], b: [4, 2] }, build: (g, { a, b }) => g.op('Concat', [a, b]) },
  Squeeze: { inputs: { a: ['rows', 1, 4] }, build: (g, { a }) => g.op('Squeeze', [a], { axis: 1 }) },
  Attention: {
    inputs: { q: [2, 2, 3, 4], k: [2, 2, 3, 4], v: [2, 2, 3, 4] },
    build: (g, { q, k, v }) => g.op('Attention', [q, k, v, g.constant(0, [2, 1, 1, 3])], { scale: 0.5 }),
  },
  'buckets of two sequences, there and back': {
    // Tokens 0, 1, 2 and tokens 3, 4 in one bucket of length 3, two heads of width 2.
    inputs: { a: [5, 4] },
    ints: {
      slots: [
        [2, 2, 3],
        [0, 2, 4, 1, 3, 5, 6, 8, 6, 7, 9, 7],
      ],
      back: [
        [5, 2],
        [0, 3, 1, 4, 2, 5, 6, 9, 7, 10],
      ],
    },
    build(g, { a, slots, back }) {
      const mask = g.constant(1, [2, 1, 3, 1]);
      const [padded] = g.ops('ToBuckets', [a, back, slots, mask], { width: 2, buckets: 1 });
      const squared = g.op('Mul', [padded, padded]);
      return g.op('FromBuckets', [back, squared, slots, mask], { width: 2, buckets: 1 });
    },
  },
};

test('every rule has a case', () => {
  const used = new Set<string>();
  for (const { inputs, ints = {}, build } of Object.values(cases)) {
    const g = buildGraph();
    const values = Object.entries(inputs).map(([n, shape]) => [n, g.input(n, 'float32', shape)]);
    const indices = Object.entries(ints).map(([n, [shape]]) => [n, g.input(n, 'int32', shape)]);
    build(g, Object.fromEntries([...values, ...indices]));
    for (const node of g.nodes) used.add(node.op);
  }
  used.delete('ArgMax'); // a place has no slope
  assert.deepEqual([...used].sort(), Object.keys(rules).sort());
});

for (const [name, { inputs, ints = {}, build }] of Object.entries(cases))
  test(`gradient of ${name}`, async () => {
    const g = buildGraph();
    const values = Object.fromEntries(
      Object.entries(inputs).map(([n, shape]) => [n, g.input(n, 'float32', shape)]),
    );
    const indices = Object.fromEntries(
      Object.entries(ints).map(([n, [shape]]) => [n, g.input(n, 'int32', shape)]),
    );
    const y = build(g, { ...values, ...indices });
    // The derivative of <y, seed> for a seed of no symmetry, so that no two of its entries can be confused.
    const seed = g.input('seed', 'float32', y.shape);
    const found = gradients(g, [[y, seed]], Object.values(values));
    const graph = g.finish({
      y,
      ...Object.fromEntries(Object.keys(values).map((n, i) => [`d ${n}`, found[i]])),
    });
    const session = await openSession(graph, computeWith(1));

    const wave = (n: number, phase: number) =>
      Float32Array.from({ length: n }, (_, i) => Math.sin(2.3 * i + phase));
    const arrays = Object.fromEntries(
      Object.entries(inputs).map(([n, shape], i) => [n, wave(size(shape), i + 1)]),
    );
    const outSize =
      y.shape.length === 0 ? 1 : size(y.shape.map((d) => (typeof d === 'string' && !(d in sizes) ? 7 : d)));
    const outShape = concrete(y.shape.map((d) => (typeof d === 'string' && !(d in sizes) ? 7 : d)));
    const seeds = wave(outSize, 9);
    const result = new Float32Array(outSize);
    const ds = Object.fromEntries(
      Object.entries(inputs).map(([n, shape]) => [n, new Float32Array(size(shape))]),
    );
    const feeds = {
      seed: tensor(seeds, outShape),
      ...Object.fromEntries(
        Object.entries(inputs).map(([n, shape]) => [n, tensor(arrays[n], concrete(shape))]),
      ),
      ...Object.fromEntries(
        Object.entries(ints).map(([n, [shape, data]]) => [n, tensor(Int32Array.from(data), concrete(shape))]),
      ),
    };
    const evaluate = async () => {
      await session.run(feeds, {
        y: tensor(result, outShape),
        ...Object.fromEntries(
          Object.entries(inputs).map(([n, shape]) => [`d ${n}`, tensor(ds[n], concrete(shape))]),
        ),
      });
      return result.reduce((sum, x, i) => sum + x * seeds[i], 0);
    };
    await evaluate();
    const ours = structuredClone(ds);
    const forGpu = await InferenceSession.create(encodeOnnx(graph, 'webgpu', new Set()));
    for (const [n, { data }] of Object.entries(await forGpu.run(feeds)))
      for (const [i, x] of (n === 'y' ? result : ours[n.slice(2)]).entries())
        assert.ok(
          Math.abs(x - Number(data[i])) < 2e-5,
          `${n}[${i}] as a GPU computes it: ${data[i]}, not ${x}`,
        );
    await forGpu.release();
    for (const [n, array] of Object.entries(arrays))
      for (let i = 0; i < array.length; i++) {
        const x = array[i];
        const at = async (shift: number) => {
          array[i] = x + shift;
          const value = await evaluate();
          array[i] = x;
          return value;
        };
        // Richardson's extrapolation of central differences: single precision forbids small steps.
        const central = async (h: number) => ((await at(h)) - (await at(-h))) / (2 * h);
        const numeric = (4 * (await central(0.02)) - (await central(0.04))) / 3;
        assert.ok(Math.abs(ours[n][i] - numeric) < 1e-3, `d ${n}[${i}]: ${ours[n][i]} against ${numeric}`);
      }
    await session.close();
  });

test('an operator without a rule fails loudly', () => {
  const g = buildGraph();
  const x = g.input('x', 'float32', [2, 3]);
  const y = g.op('Erf', [x]);
  assert.throws(() => gradients(g, [[y, y]], [x]), /Erf has no gradient rule/);
});

test('a value that nothing depends on fails loudly', () => {
  const g = buildGraph();
  const [x, z] = [g.input('x', 'float32', [2]), g.input('z', 'float32', [2])];
  const y = g.op('Mul', [x, x]);
  assert.throws(() => gradients(g, [[y, y]], [z]), /depends on z/);
});

test('operands that do not fit are refused when the node is made', () => {
  const g = buildGraph();
  const [a, b] = [g.input('a', 'float32', ['tokens', 4]), g.input('b', 'float32', ['rows', 4])];
  assert.throws(
    () => g.op('Add', [a, b]),
    /operands do not fit: float32\[tokens, 4\] and float32\[rows, 4\]/,
  );
  assert.throws(() => g.op('MatMul', [a, b]), /operands do not fit/);
  assert.throws(() => g.input('a', 'float32', []), /input a exists already/);
});

const wave = (n: number, by: number) => Float32Array.from({ length: n }, (_, i) => Math.sin(i * by));

test('products of rows of 4 KiB are those of rows with zeros behind, each side padded once', async () => {
  const [tokens, length, columns] = [3, 1024, 256];
  const g = buildGraph();
  const x = g.input('x', 'float32', ['tokens', length]);
  const [w, v] = [g.input('w', 'float32', [columns, length]), g.input('v', 'float32', [length, columns])];
  const graph = g.finish({
    y: g.op('FusedMatMul', [x, w], { transB: 1, alpha: 0.5 }),
    z: g.op('FusedMatMul', [x, v]),
  });
  assert.deepEqual(
    lower(graph, 'cpu', new Set()).nodes.flatMap(({ op, inputs }) => (op === 'Pad' ? inputs[0] : [])),
    ['x', 'w', 'v'],
  );
  const [a, b] = [wave(tokens * length, 0.7), wave(columns * length, 0.3)];
  const [y, z] = [new Float32Array(tokens * columns), new Float32Array(tokens * columns)];
  const session = await openSession(graph, computeWith(1));
  await session.run(
    { x: tensor(a, [tokens, length]), w: tensor(b, [columns, length]), v: tensor(b, [length, columns]) },
    { y: tensor(y, [tokens, columns]), z: tensor(z, [tokens, columns]) },
  );
  await session.close();
  for (let t = 0; t < tokens; t++)
    for (let c = 0; c < columns; c++) {
      let [turned, plain] = [0, 0];
      for (let k = 0; k < length; k++) {
        turned += 0.5 * a[t * length + k] * b[c * length + k];
        plain += a[t * length + k] * b[k * columns + c];
      }
      assert.ok(Math.abs(y[t * columns + c] - turned) < 1e-3, `y[${t}, ${c}]`);
      assert.ok(Math.abs(z[t * columns + c] - plain) < 1e-3, `z[${t}, ${c}]`);
    }
});

test('products over tokens of a narrow and a wide side are turned first, and the same', async () => {
  const [tokens, narrow, wide] = [5, 64, 512];
  const g = buildGraph();
  const x = g.input('x', 'float32', ['tokens', narrow]);
  const d = g.input('d', 'float32', ['tokens', wide]);
  const graph = g.finish({
    y: g.op('FusedMatMul', [x, d], { transA: 1, alpha: 0.5 }),
    z: g.op('FusedMatMul', [d, x], { transA: 1 }),
  });
  assert.deepEqual(
    lower(graph, 'cpu', new Set()).nodes.flatMap(({ op, attributes }) =>
      op === 'FusedMatMul' ? [attributes.transA ?? 0] : [],
    ),
    [0, 0],
  );
  const [a, b] = [wave(tokens * narrow, 0.7), wave(tokens * wide, 0.3)];
  const [y, z] = [new Float32Array(narrow * wide), new Float32Array(wide * narrow)];
  const session = await openSession(graph, computeWith(1));
  await session.run(
    { x: tensor(a, [tokens, narrow]), d: tensor(b, [tokens, wide]) },
    { y: tensor(y, [narrow, wide]), z: tensor(z, [wide, narrow]) },
  );
  await session.close();
  for (let n = 0; n < narrow; n++)
    for (let w = 0; w < wide; w++) {
      let sum = 0;
      for (let t = 0; t < tokens; t++) sum += a[t * narrow + n] * b[t * wide + w];
      assert.ok(Math.abs(y[n * wide + w] - 0.5 * sum) < 1e-5, `y[${n}, ${w}]`);
      assert.ok(Math.abs(z[w * narrow + n] - sum) < 1e-5, `z[${w}, ${n}]`);
    }
});

test('a graph prints as it computes, without what its outputs do not need', () => {
  const g = buildGraph();
  const x = g.input('x', 'float32', ['tokens', 4]);
  const w = g.input('w', 'float32', [6, 4]);
  g.op('Exp', [x]);
  const y = g.op('FusedMatMul', [x, w], { transB: 1 });
  assert.equal(
    printGraph(g.finish({ y })),
    [
      'input x: float32[tokens, 4]',
      'input w: float32[6, 4]',
      '%1: float32[tokens, 6] = FusedMatMul(x, w) {transB: 1}',
      'output y = %1',
      '',
    ].join('\n'),
  );
});
