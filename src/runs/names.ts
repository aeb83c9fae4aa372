import type { RunKind } from '#src/database/generated/enums.ts';

/** GraphQL type of a run of each kind; also the type part of its global id. */
export const runTypeName: Record<RunKind, string> = {
  IMPORT: 'ImportRun',
  TOKENIZER: 'TokenizerRun',
  TRAINING: 'TrainingRun',
  MERGE: 'MergeRun',
  EVALUATION: 'EvaluationRun',
  EMBEDDING: 'EmbeddingRun',
  SWEEP: 'SweepRun',
};
