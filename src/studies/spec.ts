import { z } from 'zod';
import { batchings, language, pairings, parallelNegatives } from '#src/recipes/composition.ts';
import { mergeMethodNames } from '#src/recipes/merging.ts';
import { poolings, schedules } from '#src/recipes/training.ts';

/**
 * A study as people write it, in YAML or as a GraphQL input: bases x compositions x factors x seeds, merges over the
 * models that come out, and what everything is measured on. Names of cells and models follow from the names here.
 */
const ref = z.string().min(1).max(200);
const label = z
  .string()
  .regex(/^[\p{L}\p{N}][\p{L}\p{N}\p{M}._-]{0,47}$/u, 'a label has 1 to 48 letters, digits, ".", "_" or "-"');
const share = z.number().positive().finite();

/** Where pairs come from; every direction of a composition draws from all sources by their shares. */
const source = z.strictObject({
  corpus: ref,
  pairing: z.enum(pairings).default('PASSAGE'),
  share: share.default(1),
});

const direction = z.strictObject({ queryLang: language, positiveLang: language, share: share.default(1) });

const component = z.strictObject({
  corpus: ref,
  pairing: z.enum(pairings).default('PASSAGE'),
  queryLang: language,
  positiveLang: language,
  negativeLangs: z.array(language).optional(),
  share,
});

/** Directions over the study's sources, or components of its own. */
const madeOf = {
  directions: z.array(direction).min(1).optional(),
  components: z.array(component).min(1).optional(),
};

/** One composition by hand. */
const ownComposition = z
  .strictObject({ name: label, ...madeOf })
  .refine(
    (c) => (c.directions === undefined) !== (c.components === undefined),
    'give either directions or components',
  );

/**
 * PAPER: every direction alone, then mono, cross and all (Jang et al. 2026). DIRECTIONS, MONO, CROSS, ALL: its parts.
 */
export const presets = ['PAPER', 'DIRECTIONS', 'MONO', 'CROSS', 'ALL'] as const;

/** Every combination of shares over directions: `{ko-ko: [0, 1], ko-en: [0, 0.5, 1]}` as a list of axes. */
const grid = z.strictObject({
  grid: z
    .array(
      z.strictObject({
        queryLang: language,
        positiveLang: language,
        shares: z.array(z.number().min(0).finite()).min(1),
      }),
    )
    .min(1)
    .max(16),
});

const settings = z.strictObject({
  steps: z.int().min(1).optional(),
  epochs: z.number().positive().optional(),
  batchSize: z.int().min(2).optional(),
  temperature: z.number().positive().optional(),
  learningRate: z.number().positive().optional(),
  warmupSteps: z.int().min(0).optional(),
  schedule: z.enum(schedules).optional(),
  weightDecay: z.number().min(0).optional(),
  clipNorm: z.number().min(0).optional(),
  maxQueryLength: z.int().min(2).optional(),
  maxPassageLength: z.int().min(2).optional(),
  checkpointEvery: z.int().min(1).optional(),
  symmetric: z.boolean().optional(),
  accumulate: z.int().min(1).optional(),
  miniBatch: z.int().min(1).optional(),
  freeze: z
    .strictObject({ embeddings: z.boolean().default(false), layers: z.int().min(0).default(0) })
    .optional(),
  matryoshka: z
    .array(z.strictObject({ dimension: z.int().min(1), weight: share.default(1) }))
    .min(1)
    .optional(),
  distillation: z
    .strictObject({ teacher: ref, weight: share.default(1), contrastive: z.number().min(0).default(0) })
    .optional(),
});

const init = z.union([
  z.strictObject({ static: z.strictObject({ tokenizer: ref, dimension: z.int().optional() }) }),
  z.strictObject({
    bert: z.strictObject({
      tokenizer: ref,
      layers: z.int().optional(),
      hidden: z.int().optional(),
      heads: z.int().optional(),
      ffn: z.int().optional(),
      maxLength: z.int().optional(),
      pooling: z.enum(poolings).optional(),
    }),
  }),
]);

/** A model that exists, or one that the study trains first. */
const base = z
  .strictObject({
    name: label,
    model: ref.optional(),
    init: init.optional(),
    ...madeOf,
    sources: z.array(source).min(1).optional(),
    training: settings.optional(),
    seed: z.int().min(0).optional(),
  })
  .refine((b) => (b.model === undefined) !== (b.init === undefined), 'give either model or init')
  .refine(
    (b) => b.init === undefined || (b.directions === undefined) !== (b.components === undefined),
    'a base that is trained needs either directions or components',
  );

export const mergeGroups = ['PAIRS', 'ALL', 'SINGLES', 'EACH'] as const;

const sweepAxis = z
  .strictObject({
    parameter: z.string().min(1).optional(),
    values: z.array(z.number().finite()).min(1).max(100).optional(),
    weights: z.array(z.array(z.number().finite()).min(1)).min(1).max(100).optional(),
  })
  .refine(
    ({ parameter, values, weights }) =>
      weights ? !parameter && !values : parameter !== undefined && values !== undefined,
    'give either parameter and values, or weights',
  );

/**
 * `of`: names of compositions (BASE stands for the base model), PAIRS: every two of the compositions, ALL: all of
 * them, SINGLES: the directions alone, EACH: one merge of the base with every composition.
 */
const merge = z.strictObject({
  name: label.optional(),
  method: z.enum(mergeMethodNames).default('LINEAR'),
  of: z.union([z.enum(mergeGroups), z.array(z.string().min(1)).min(1).max(16)]),
  withBase: z.boolean().default(false),
  /** A composition, or BASE, which is also what methods that need a base get when nothing is said. */
  base: z.string().min(1).optional(),
  weights: z.array(z.number().finite()).min(1).optional(),
  /** Parameters of a model each, in the order of `of`. */
  each: z.array(z.record(z.string(), z.number().finite())).min(1).optional(),
  /** Of the method, for all models: density, lambda, t, normalize, ... */
  parameters: z.record(z.string(), z.union([z.number().finite(), z.boolean(), z.string()])).optional(),
  /** One merge for every combination of values. */
  sweep: z.array(sweepAxis).min(1).max(4).optional(),
});

/** What the merge is to be beaten by, or beat: one model trained on the union of the parts' components. */
export const unions = ['OFF', 'SAME_STEPS', 'SUM_STEPS'] as const;

export const studySpec = z.strictObject({
  name: label,
  description: z.string().max(2000).optional(),
  languages: z.array(language).min(2).max(8),
  sources: z.array(source).max(16).default([]),
  bases: z.array(base).min(1).max(16),
  compositions: z
    .array(z.union([z.enum(presets), ownComposition, grid]))
    .min(1)
    .max(64),
  factors: z
    .strictObject({
      parallelNegatives: z.array(z.enum(parallelNegatives)).min(1).optional(),
      batching: z.array(z.enum(batchings)).min(1).optional(),
      temperature: z.array(z.number().positive()).min(1).optional(),
      learningRate: z.array(z.number().positive()).min(1).optional(),
      steps: z.array(z.int().min(1)).min(1).optional(),
      batchSize: z.array(z.int().min(2)).min(1).optional(),
    })
    .default({}),
  training: settings,
  seeds: z.array(z.int().min(0)).min(1).max(100).default([0]),
  merges: z.array(merge).max(64).default([]),
  union: z.enum(unions).default('OFF'),
  evaluation: z.strictObject({
    benchmarks: z.array(ref).min(1).max(64),
    /** Benchmarks that choices are made on; the others are looked at once. */
    selection: z.array(ref).default([]),
    directions: z.array(z.strictObject({ queryLang: language, docLang: language })).optional(),
    metrics: z.array(z.string()).min(1).default(['nDCG@10']),
    depth: z.int().min(1).default(100),
    bm25: z.boolean().default(true),
  }),
});

export type StudySpec = z.infer<typeof studySpec>;
export type StudySettings = z.infer<typeof settings>;
