/**
 * What is written otherwise for a GPU: operators that the WebGPU provider lacks, which ONNX Runtime would compute on the
 * processor and carry their operands there and back; and sums, which a GPU takes another way.
 */
import type { Value } from './ir.ts';
import type { Emitter, Lowering, Turns } from './lowering.ts';
import type { OpName } from './operators.ts';

/** FusedMatMul of standard operators. */
export function turnedProduct(e: Emitter, a: Value, b: Value, how: Turns, output?: string): string {
  const { transA, transB, alpha = 1 } = how;
  const named = output ? [output] : undefined;
  const operands = [turned(e, a, transA), turned(e, b, transB)];
  if (alpha === 1) return e.emit('MatMul', operands, {}, named);
  return e.emit('Mul', [e.emit('MatMul', operands), e.scalar(alpha)], {}, named);
}

function turned(e: Emitter, { name, shape: { length: rank } }: Value, turn = 0): string {
  if (!turn) return name;
  const perm = Array.from({ length: rank }, (_, i) => i).toSpliced(rank - 2, 2, rank - 1, rank - 2);
  return e.emit('Transpose', [name], { perm });
}

export const webgpuLowerings: Partial<Record<OpName, Lowering>> = {
  // A product with a row of ones, as on the processor, leaves most of a GPU idle: 453 ms a step, and 356 with this.
  Sum: (e, { inputs: [x], outputs: [y], attributes: { axis, keep } }) =>
    e.emit('ReduceSum', [x.name, e.integers([axis])], { keepdims: keep ? 1 : 0 }, [y.name]),
  LogSoftmax: (e, { inputs: [x], outputs: [y] }) => {
    const last = e.integers([-1]);
    const shifted = e.emit('Sub', [x.name, e.emit('ReduceMax', [x.name, last])]);
    const total = e.emit('ReduceSum', [e.emit('Exp', [shifted]), last]);
    e.emit('Sub', [shifted, e.emit('Log', [total])], {}, [y.name]);
  },
};
