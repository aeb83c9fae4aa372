import type {
  MergeMethodName,
  MergeParameterName,
  mergeMethods,
  mergeParameters,
} from '#src/recipes/merging.ts';

/** One tensor as a merge sees it: its rows come in stretches, so that memory does not grow with the tensor. */
export interface TensorView {
  name: string;
  shape: number[];
  size: number;
  /** Length of a row: the last dimension; a vector is one row. */
  columns: number;
  /** Digest of each model beside the base; what is random of a model hangs on it and not on its place. */
  models: string[];
  /** From the first row to the last, each time anew. The arrays are reused, so they hold until the next stretch. */
  stretches(): Iterable<Stretch>;
}

/** Whole rows of a tensor, as every model has them. */
export interface Stretch {
  /** Place of its first value in the tensor. */
  start: number;
  /** In the order of the models; all of one length. */
  values: Float32Array[];
  base: Float32Array | null;
}

type Types = {
  SETTING: number;
  NUMBER: number;
  INTEGER: number;
  BOOLEAN: boolean;
  RESCALE: 'L1' | 'EXPECTED' | 'NONE';
};
type Table = typeof mergeParameters;
/** Every parameter as it is for one tensor. */
export type TensorParams = {
  [P in MergeParameterName]: Table[P]['each'] extends true ? number[] : Types[Table[P]['type']];
};
/** Those that a method has. */
export type MethodParams<M extends MergeMethodName> = Pick<
  TensorParams,
  keyof (typeof mergeMethods)[M]['parameters'] & MergeParameterName
>;

/**
 * A merge method is two pure functions: one looks at the whole tensor, the other makes any part of the result from
 * what that found (`S`, plain data), so that parts may be made anywhere and in any order and are the same to the bit.
 * Sums are kept in fp64 and rounded once; deltas are fp32 differences, as mergekit's are where it counts them.
 */
export interface MergeMethod<P, S = null> {
  /** UserError for parameters that no schema refuses; asked for every tensor before anything is written. */
  check?(params: P, tensor: string): void;
  survey(tensor: TensorView, params: P): S;
  /** Writes the merged values of the stretch into `out`. */
  merge(stretch: Stretch, tensor: TensorView, params: P, survey: S, out: Float32Array): void;
}

/** Values taken at once, for accumulators that fit the first-level cache. */
export const blockSize = 2048;
