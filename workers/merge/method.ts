import type { Params } from '#src/recipes/kinds.ts';

/** One tensor, as every model has it. */
export interface TensorCase {
  name: string;
  shape: number[];
  /** In the order of the run's inputs; all of one length. A method must not change them. */
  values: Float32Array[];
}

/**
 * A merge method is a pure function of one tensor of each model, so that merging streams tensor by tensor and one
 * tensor can be tried alone. What else it may depend on is in its parameters (a seed, too: with the tensor's name).
 */
export interface MergeMethod<P> {
  /** As researchers write it; theta_i are the models, theta the result. */
  formula: string;
  paper: { title: string; url: string };
  /** Looks at the parameters before anything is read; UserError for what no schema can see. */
  check(params: P, models: number): void;
  merge(tensor: TensorCase, params: P): Float32Array;
}

export type MergeParams = Params<'MERGE'>;
export type MethodParams<M extends MergeParams['method']> = Extract<MergeParams, { method: M }>;
