/** Matrix products as ONNX Runtime's kernel for processors runs them best; rates on two cores of an AMD EPYC (Zen 5). */
import type { Dim, Value } from './ir.ts';
import type { Emitter, Turns } from './lowering.ts';

const pageBytes = 4096;
/** Below, a copy of the left side costs what the product gains. */
const fewestColumns = 256;

/**
 * Rows whose lengths are multiples of 4 KiB fall into the same sets of the first cache, and the twelve that the kernel
 * reads at once push each other out: 110 to 140 GFLOP/s instead of 150 to 190 with 16 zeros at the end of each.
 */
function collides(a: Value, b: Value, { transA, transB }: Turns): boolean {
  const [[rows, length], columns] = [a.shape, b.shape[transB ? 0 : 1]];
  return (
    a.shape.length === 2 &&
    !transA &&
    typeof rows === 'string' &&
    ((length as number) * 4) % pageBytes === 0 &&
    (columns as number) >= fewestColumns
  );
}

/**
 * A gradient of weights, a' b over all tokens, is a seventh faster with the narrower of the two turned beforehand: the
 * product would turn twelve columns of a wide a at a time, once for every 128 columns of b. Of squares it is not.
 */
function turnedFirst(e: Emitter, a: Value, b: Value, { transA, transB, alpha }: Turns, output?: string) {
  const [[tokens, rows], columns] = [a.shape as [Dim, number], b.shape[1] as number];
  const [narrow, wide] = rows < columns ? [rows, columns] : [columns, rows];
  const pays = wide >= 512 && wide >= 2 * narrow;
  if (!transA || transB || a.shape.length !== 2 || typeof tokens !== 'string' || !pays) return null;
  const turn = (name: string, as?: string) =>
    e.emit('Transpose', [name], { perm: [1, 0] }, as ? [as] : undefined);
  return rows === narrow
    ? multiply(e, [turn(a.name), b.name], { alpha }, output)
    : turn(multiply(e, [turn(b.name), a.name], { alpha }), output);
}

const multiply = (e: Emitter, factors: string[], { alpha = 1, ...turns }: Turns, output?: string) =>
  e.emit('FusedMatMul', factors, { ...turns, alpha: { float: alpha } }, output ? [output] : undefined);

/** `Emitter.product` by the one operator that turns and scales, where its kernel has no better way. */
export function fusedProduct(e: Emitter, a: Value, b: Value, how: Turns, output?: string) {
  const turned = turnedFirst(e, a, b, how, output);
  if (turned) return turned;
  const factors = collides(a, b, how) ? [e.padded(a, 1), e.padded(b, how.transB ? 1 : 0)] : [a.name, b.name];
  return multiply(e, factors, how, output);
}
