import type { Ragged } from '../encoder/tokenizer.ts';
import type { Update } from '../graph/kernels.ts';

/** The token ids that training draws from. */
export interface Tokens {
  queries: Ragged;
  passages: Ragged;
}

/** A batch as the sampler draws it: texts by number, masked pairs (row, candidate) flat. */
export interface Batch {
  /** Among the queries, one for each row. */
  anchors: Int32Array;
  /** Among the passages: first the positive of each row, then the hard negatives of all rows. */
  candidates: Int32Array;
  /** What is no negative of a row. */
  masked: number[];
}

/** Token ids of each text of a batch, anchors first. */
export const sequencesOf = ({ anchors, candidates }: Batch, { queries, passages }: Tokens): Int32Array[] =>
  [...anchors].map((i) => textAt(queries, i)).concat([...candidates].map((i) => textAt(passages, i)));
const textAt = ({ ids, offsets }: Ragged, i: number) => ids.subarray(offsets[i], offsets[i + 1]);

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
  /** Loss and gradient. */
  measure(batch: Batch): Promise<Measured>;
  update(update: Update): void;
  /** The weights under their Hugging Face names. */
  weights(): Map<string, { shape: number[]; data: Float32Array }>;
  close(): Promise<void>;
}
