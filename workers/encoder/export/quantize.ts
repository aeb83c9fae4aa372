/**
 * Eight-bit weights for dynamic quantisation (Jacob et al. 2018): a value is scale x (byte - 128), one scale for each
 * output of a matrix or row of a table. Unsigned bytes, since ONNX Runtime's products of unsigned and signed bytes
 * saturate at 16 bits on processors without VNNI, and full range is kept that way.
 */
export interface Quantized {
  data: Uint8Array;
  scales: Float32Array;
}
export const zeroPoint = 128;

/** Each row of [rows, columns] by a scale of its own; a value is off by at most half of it. */
export function quantizeRows(values: Float32Array, rows: number, columns: number): Quantized {
  const data = new Uint8Array(values.length);
  const scales = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const from = row * columns;
    let largest = 0;
    for (let i = from; i < from + columns; i++) largest = Math.max(largest, Math.abs(values[i]));
    // Below the smallest normal number a scale has few bits left, and ONNX Runtime takes it for 0.
    const scale = largest === 0 ? 1 : Math.max(Math.fround(largest / 127), 2 ** -126);
    scales[row] = scale;
    for (let i = from; i < from + columns; i++) data[i] = Math.round(values[i] / scale) + zeroPoint;
  }
  return { data, scales };
}

/** [rows, columns] -> [columns, rows] */
export function transpose<T extends Float32Array | Uint8Array>(values: T, rows: number, columns: number): T {
  const out = new (values.constructor as new (n: number) => T)(values.length);
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) out[c * rows + r] = values[r * columns + c];
  return out;
}
