import { badInput } from '#src/errors.ts';
import { type MergeParams, mergeParameterNames, mergeParameters, methodSpec } from '#src/recipes/merging.ts';
import { type Setting, valueAt } from '#src/recipes/setting.ts';
import type { MergeMethod, Stretch, TensorView } from './method.ts';

/** Values of a stretch: a megabyte a model, so that a stretch of each stays in the second-level cache. */
const stretchValues = 2 ** 18;

const product = (shape: number[]) => shape.reduce((size, n) => size * n, 1);

/** Size, row length and the places where stretches begin: whole rows, at least one. */
export function measuresOf(shape: number[]) {
  const size = product(shape);
  const columns = shape.at(-1) ?? 1;
  const rows = columns === 0 ? 0 : size / columns;
  return { size, columns, rows, stretchRows: Math.max(1, Math.floor(stretchValues / Math.max(1, columns))) };
}

/** Tensors in memory. */
export function viewOf(
  name: string,
  shape: number[],
  models: string[],
  values: Float32Array[],
  base: Float32Array | null,
): TensorView {
  const { size, columns, stretchRows } = measuresOf(shape);
  return {
    ...{ name, shape, size, columns, models },
    *stretches(): Iterable<Stretch> {
      for (let start = 0; start < size; start += stretchRows * columns) {
        const part = (of: Float32Array) => of.subarray(start, start + stretchRows * columns);
        yield { start, values: values.map(part), base: base && part(base) };
      }
    },
  };
}

/** The whole result at once. */
export function mergeTensor<P, S>(
  method: MergeMethod<P, S>,
  tensor: TensorView,
  params: P,
  out = new Float32Array(tensor.size),
): Float32Array {
  const survey = method.survey(tensor, params);
  for (const stretch of tensor.stretches()) {
    const end = stretch.start + stretch.values[0].length;
    method.merge(stretch, tensor, params, survey, out.subarray(stretch.start, end));
  }
  return out;
}

/**
 * Where a tensor stands on the way through the layers, for gradients: embeddings at 0, layers from 0 to 1, a single
 * one at 1, as in mergekit; what comes after the layers at 1, of which mergekit knows only the pooler, at 0.
 */
export function positionOf(name: string, layers: number): number {
  const layer = /(?:^|\.)layers?\.(\d+)\./.exec(name);
  if (layer) return layers > 1 ? Number(layer[1]) / (layers - 1) : 1;
  return /(?:^|\.)embeddings?\./.test(name) ? 0 : 1;
}

/** The parameters with every setting decided for one tensor. */
export function paramsOf(params: MergeParams, tensor: string, position: number): Record<string, unknown> {
  const value = (setting: Setting, key: string, of: string) => {
    const found = valueAt(setting, tensor, position);
    if (found !== undefined) return found;
    throw badInput(
      key,
      `${key}${of} says nothing of tensor ${tensor}: end its list with a value without a filter`,
    );
  };
  return Object.fromEntries(
    mergeParameterNames
      .filter((name) => name in methodSpec(params.method).parameters)
      .map((name) => {
        const { key, each, type } = mergeParameters[name];
        const given = params[name];
        if (type !== 'SETTING') return [name, given];
        if (!each) return [name, value(given as Setting, key, '')];
        return [name, (given as Setting[]).map((one, i) => value(one, key, ` of model ${i + 1}`))];
      }),
  );
}
