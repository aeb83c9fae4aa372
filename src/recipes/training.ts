import { z } from 'zod';
import { composition, digest, language } from './composition.ts';

/** A bag of token embeddings, mean over tokens, L2 norm: sentence-transformers' StaticEmbedding. */
const staticInit = z.strictObject({
  architecture: z.literal('STATIC'),
  dimension: z.int().min(8).max(4096),
  /** Digest of tokenizer.json. */
  tokenizer: digest,
});

export const poolings = ['MEAN', 'CLS'] as const;

/** A BERT encoder (Devlin et al. 2019) from random weights. */
const bertInit = z.strictObject({
  architecture: z.literal('BERT'),
  layers: z.int().min(1).max(48),
  hidden: z.int().min(16).max(4096),
  heads: z.int().min(1).max(64),
  ffn: z.int().min(16).max(16384),
  /** Positions the model has: the longest sequence in tokens, specials included. */
  maxLength: z.int().min(8).max(8192),
  pooling: z.enum(poolings),
  tokenizer: digest,
});

/** Go on from the weights of a model, named by its digest. */
const modelInit = z.strictObject({ architecture: z.literal('MODEL'), model: digest });

export const init = z.discriminatedUnion('architecture', [staticInit, bertInit, modelInit]);

export const schedules = ['COSINE', 'LINEAR', 'CONSTANT'] as const;

/** Which average over directions decides what the best step is. */
export const selections = ['MONO', 'CLIR', 'ALL'] as const;
export const keeps = ['LAST', 'BEST'] as const;

/** Input `benchmark`. The model in training is measured on it as an EVALUATION run would. */
const evaluation = z.strictObject({
  benchmark: digest,
  /** Steps between two measurements; the last step is always measured. */
  every: z.int().min(1),
  /** ir_measures' name, e.g. nDCG@10. */
  metric: z.string().min(1).max(64),
  directions: z
    .array(z.strictObject({ queryLang: language, docLang: language }))
    .min(1)
    .optional(),
  select: z.enum(selections),
  /** BEST: the model is that of the step with the highest average, the first of equals. */
  keep: z.enum(keeps),
});

/**
 * Multilingual distillation (Reimers and Gurevych 2020): query and positive are both drawn to the vector that the
 * teacher, an input, gives the query.
 */
const distillation = z.strictObject({
  teacher: digest,
  weight: z.number().positive().max(1e6),
  /** What the contrastive loss counts beside it; 0: nothing. */
  contrastive: z.number().min(0).max(1e6),
});

export const training = z.strictObject({
  init,
  composition,
  /** Optimizer steps. Epochs given by a user are turned into steps when the composition has been counted. */
  steps: z.int().min(1).max(10_000_000).optional(),
  /** Passes over the composition's pairs; exactly one of steps and epochs is given. */
  epochs: z.number().positive().max(10_000).optional(),
  /** Rows (anchor, positive) per step. */
  batchSize: z.int().min(2).max(65_536),
  /** Softmax temperature of InfoNCE over cosines; sentence-transformers' scale is its reciprocal. */
  temperature: z.number().positive().max(10),
  /** Both directions: also the anchor has to be found for its positive, among the batch's anchors. */
  symmetric: z.boolean().optional(),
  /** Batches, each with negatives of its own, whose mean gradient is one step; absent: 1. */
  accumulate: z.int().min(1).max(4096).optional(),
  /** GradCache (Gao et al. 2021): rows of a batch that are in memory at a time. */
  miniBatch: z.int().min(1).max(65_536).optional(),
  /** Parts of an encoder that keep their bytes: all embeddings with their LayerNorm, and so many layers from below. */
  freeze: z.strictObject({ embeddings: z.boolean(), layers: z.int().min(0).max(48) }).optional(),
  /** Prefixes of the vector that are charged like the whole (Kusupati et al. 2022); the whole is one only if named. */
  matryoshka: z
    .array(z.strictObject({ dimension: z.int().min(1).max(65_536), weight: z.number().positive().max(1e6) }))
    .min(1)
    .max(16)
    .optional(),
  distillation: distillation.optional(),
  evaluation: evaluation.optional(),
  learningRate: z.number().positive().max(1e38),
  warmupSteps: z.int().min(0),
  schedule: z.enum(schedules),
  /** AdamW (Loshchilov and Hutter 2019): decoupled, none on biases, LayerNorm and embedding tables. */
  weightDecay: z.number().min(0).max(1),
  beta1: z.number().min(0).lt(1),
  beta2: z.number().min(0).lt(1),
  epsilon: z.number().positive(),
  /** Largest global L2 norm of the gradient; 0: no clipping. */
  clipNorm: z.number().min(0),
  /** Tokens kept of a query and of a passage. */
  maxQueryLength: z.int().min(2).max(8192),
  maxPassageLength: z.int().min(2).max(8192),
  seed: z.int().min(0).max(0xffff_ffff),
  /** Steps between checkpoints. */
  checkpointEvery: z.int().min(1),
});

export type TrainingEvaluation = z.infer<typeof evaluation>;
export type Init = z.infer<typeof init>;
export type TrainingParams = z.infer<typeof training>;
