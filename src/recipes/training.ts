import { z } from 'zod';
import { composition, digest } from './composition.ts';

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
  learningRate: z.number().positive().max(10),
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

export type Init = z.infer<typeof init>;
export type TrainingParams = z.infer<typeof training>;
