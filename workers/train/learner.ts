import type { Ragged } from '../encoder/tokenizer.ts';
import type { Update } from '../graph/kernels.ts';

/** The token ids that training draws from. */
export interface Tokens {
  queries: Ragged;
  passages: Ragged;
}

/** No batch is larger; memory is laid out for these at once. */
export interface BatchLimits {
  rows: number;
  candidates: number;
  tokens: number;
}

export interface Measured {
  loss: number;
  /** Global L2 norm, before clipping. */
  gradientNorm: number;
}

/** A model in training. One step is `measure`, then `update`; in between the caller may refuse what was measured. */
export interface Learner {
  /** Everything that an update changes, by name. Restoring these arrays restores the run. */
  readonly state: ReadonlyMap<string, Float32Array>;
  /** Loss and gradient of a batch: texts are numbers into Tokens, masked are pairs (row, candidate), flat. */
  measure(batch: {
    anchors: Int32Array;
    candidates: Int32Array;
    masked: readonly number[];
  }): Promise<Measured>;
  update(update: Update): void;
  /** The weights under their Hugging Face names. */
  weights(): Map<string, { shape: number[]; data: Float32Array }>;
  close(): Promise<void>;
}
