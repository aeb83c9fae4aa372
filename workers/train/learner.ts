import type { Compute } from '#src/device.ts';
import type { Ragged } from '../encoder/tokenizer.ts';
import type { Update } from '../graph/kernels.ts';
import type { Objective } from './loss.ts';

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
  /** Pairs (row, row) whose anchor is no negative of the first one's positive; for the symmetric loss. */
  maskedBack: number[];
  /** Unit of each row, to say whose batch it was. */
  units: Int32Array;
}

/** Token ids of each text of a batch, anchors first. */
export const sequencesOf = ({ anchors, candidates }: Batch, { queries, passages }: Tokens): Int32Array[] =>
  [...anchors].map((i) => textAt(queries, i)).concat([...candidates].map((i) => textAt(passages, i)));
const textAt = ({ ids, offsets }: Ragged, i: number) => ids.subarray(offsets[i], offsets[i + 1]);

/** No batch is larger, nor has a step more of them; memory is laid out for these at once. */
export interface BatchLimits {
  rows: number;
  candidates: number;
  tokens: number;
  batches: number;
}

/** Vectors of another model for every query text, [queries, dimension], as that model gives them. */
export interface Teacher {
  vectors: Float32Array;
  dimension: number;
}

export interface LearnerOptions extends Compute {
  objective: Objective;
  teacher: Teacher | null;
  /** GradCache (Gao et al. 2021): rows whose activations are in memory at a time; null: all of a batch. */
  miniBatch: number | null;
  /** What gets no gradient and keeps its bytes: all tables with their LayerNorm, and so many layers from below. */
  frozen: { embeddings: boolean; layers: number };
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
  /**
   * Mean loss over these batches, and its gradient. A batch's negatives are its own. Throws the signal's reason
   * between parts; nothing but the gradient has changed then.
   */
  measure(batches: readonly Batch[], signal?: AbortSignal): Promise<Measured>;
  update(update: Update): void;
  /** The weights under their Hugging Face names. */
  weights(): Map<string, { shape: number[]; data: Float32Array }>;
  close(): Promise<void>;
}
