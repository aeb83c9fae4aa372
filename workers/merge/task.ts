import { openSync, readSync } from 'node:fs';
import { badInput } from '#src/errors.ts';
import type { MergeMethodName } from '#src/recipes/merging.ts';
import { decodeFloats, floatBytes } from '../encoder/floats.ts';
import type { TensorPlace } from '../encoder/safetensors.ts';
import type { Stretch, TensorView } from './method.ts';
import { methodOf } from './registry.ts';
import { measuresOf } from './tensor.ts';

/** A merge of files, as plain data that threads can be given. */
export interface Assignment {
  method: MergeMethodName;
  /** Digests of the models beside the base. */
  models: string[];
  tensors: AssignedTensor[];
}

export interface AssignedTensor {
  name: string;
  shape: number[];
  params: Record<string, unknown>;
  /** Where each model's values lie, in the order of the models, and the base's. */
  places: TensorPlace[];
  base: TensorPlace | null;
}

/** `tensor` counts the assignment's tensors. MERGE writes rows `from` to `to` into the buffer. */
export type Task =
  | { what: 'SURVEY'; tensor: number }
  | { what: 'MERGE'; tensor: number; from: number; to: number; survey: unknown; buffer: ArrayBufferLike };

/** Carries out tasks of one assignment, one at a time; what it has opened closes with its thread or process. */
export function openTasks({ method: name, models, tensors }: Assignment) {
  const method = methodOf(name);
  const files = new Map<string, number>();
  const fileOf = (path: string) => {
    if (!files.has(path)) files.set(path, openSync(path, 'r'));
    return files.get(path)!;
  };
  const buffers: Float32Array<ArrayBuffer>[] = [];

  function read(
    { path, position, dtype }: TensorPlace,
    start: number,
    n: number,
    slot: number,
  ): Float32Array {
    const width = dtype === 'F32' ? 4 : 2;
    if ((buffers[slot]?.length ?? 0) < n) buffers[slot] = new Float32Array(n);
    const bytes = floatBytes(buffers[slot]).subarray(0, n * width) as Uint8Array<ArrayBuffer>;
    for (let done = 0; done < bytes.byteLength; ) {
      const got = readSync(
        fileOf(path),
        bytes,
        done,
        bytes.byteLength - done,
        position + start * width + done,
      );
      if (got === 0) throw new Error('file ended early');
      done += got;
    }
    return decodeFloats(bytes, dtype);
  }

  function* stretches({ shape, places, base }: AssignedTensor, from: number, to: number): Iterable<Stretch> {
    const { columns, stretchRows } = measuresOf(shape);
    for (let row = from; row < to; row += stretchRows) {
      const [start, n] = [row * columns, (Math.min(to, row + stretchRows) - row) * columns];
      yield {
        start,
        values: places.map((place, i) => read(place, start, n, i + 1)),
        base: base && read(base, start, n, 0),
      };
    }
  }

  function view(tensor: AssignedTensor): TensorView {
    const { name, shape } = tensor;
    const { size, columns, rows } = measuresOf(shape);
    return { name, shape, size, columns, models, stretches: () => stretches(tensor, 0, rows) };
  }

  return (task: Task): unknown => {
    const tensor = tensors[task.tensor];
    if (task.what === 'SURVEY') return method.survey(view(tensor), tensor.params);
    const { from, to, survey, buffer } = task;
    const { columns } = measuresOf(tensor.shape);
    const out = new Float32Array(buffer, 0, (to - from) * columns);
    for (const stretch of stretches(tensor, from, to)) {
      const at = stretch.start - from * columns;
      const part = out.subarray(at, at + stretch.values[0].length);
      method.merge(stretch, view(tensor), tensor.params, survey, part);
      requireFinite(tensor.name, part, stretch);
    }
    return null;
  };
}

/** A model with one such value answers NaN to everything, and nothing later would say why. */
export function requireFinite(name: string, merged: Float32Array, { start, values, base }: Stretch) {
  let at = 0;
  while (at < merged.length && Number.isFinite(merged[at])) at++;
  if (at === merged.length) return;
  const sources = [
    ...(base ? [`the base has ${base[at]}`] : []),
    ...values.map((value, i) => `model ${i + 1} has ${value[at]}`),
  ];
  throw badInput(
    'models',
    `tensor ${name} of the merged model would hold ${merged[at]} at position ${start + at}, where ${sources.join(', ')}`,
  );
}
