import { z } from 'zod';
import { conventionNames, missingQueries } from '../evaluation/convention.ts';
import { criteria } from '../evaluation/criterion.ts';
import { pools } from '../evaluation/pool.ts';
import { clusters, intervals } from '../evaluation/resampling.ts';
import { digest, language } from './composition.ts';
import { mergeParams } from './merging.ts';
import { training } from './training.ts';

/** Which field of a source record holds a text, and in which language. */
const field = z.strictObject({ language, field: z.string().min(1).max(200) });

/**
 * How records of a foreign JSONL file become units. Without a mapping a record is read by its own shape:
 * `{id, texts}` is a segment, `{id, query, passage, negatives?}` a pair, `{id, lang, a, b}` a paraphrase.
 */
export const mapping = z.strictObject({
  id: z.string().min(1).max(200).default('id'),
  doc: z.string().min(1).max(200).optional(),
  source: z.string().min(1).max(200).optional(),
  texts: z.array(field).max(50).optional(),
  query: z.array(field).max(50).optional(),
  passage: z.array(field).max(50).optional(),
  negatives: z.array(field).max(50).optional(),
  paraphrase: z.strictObject({ language: z.string(), first: z.string(), second: z.string() }).optional(),
});

/** A model of a hub, pinned to the commit that its revision was when the import was launched. */
export const hubModel = z.strictObject({
  id: z
    .string()
    .max(200)
    .regex(/^[\w-][\w.-]*(\/[\w-][\w.-]*)?$/, 'is not a model id such as intfloat/multilingual-e5-small'),
  commit: z.string().regex(/^[0-9a-f]{40}$/, 'is not a commit'),
});

export const importParams = z.discriminatedUnion('target', [
  /** Input `source`: a JSONL file, plain or gzip. */
  z.strictObject({ target: z.literal('CORPUS'), mapping: mapping.optional() }),
  /** Input `source`: a folder of queries, documents and judgements, see `benchmarkLayout`. */
  z.strictObject({
    target: z.literal('BENCHMARK'),
    split: z.string().regex(/^[\w.-]{1,64}$/),
    /** Of a folder that is one data set itself. */
    direction: z.strictObject({ queryLang: language, docLang: language }).optional(),
    /** Field of query records that holds what a query has in common with others. */
    groupField: z.string().min(1).max(200).optional(),
  }),
  /** Input `source`: a model folder, or an archive of one; none when it comes from a hub. */
  z.strictObject({
    target: z.literal('MODEL'),
    hub: hubModel.optional(),
    /** What the folder itself does not say. */
    pooling: z.enum(['MEAN', 'CLS', 'MAX']).optional(),
    normalize: z.boolean().optional(),
    prompts: z
      .strictObject({ query: z.string().max(1000).optional(), passage: z.string().max(1000).optional() })
      .optional(),
  }),
]);

export const tokenizerAlgorithms = ['BPE', 'UNIGRAM'] as const;
/** Inputs `corpus`: one or more corpus versions. */
export const tokenizerParams = z.strictObject({
  algorithm: z.enum(tokenizerAlgorithms),
  vocabSize: z.int().min(256).max(500_000),
  lowercase: z.boolean(),
  /** Languages whose texts are used; absent: all. */
  languages: z.array(language).optional(),
});

export const direction = z.strictObject({ queryLang: language, docLang: language });

/**
 * Inputs `model` (possibly none) and `benchmark`: every system is measured on every benchmark. With an input `source`
 * the rankings are that TREC run file's, of the one system and direction named.
 */
export const evaluationParams = z.strictObject({
  /** In the order asked for: 'bm25', the digest of an input model, or 'run:' and the name of a foreign system. */
  systems: z
    .array(z.union([z.literal('bm25'), digest, z.string().regex(/^run:./)]))
    .min(1)
    .max(64),
  /** Absent: every direction the benchmark has qrels for. */
  directions: z.array(direction).min(1).optional(),
  /** What is searched; absent: MONO and CROSS. */
  pools: z.array(z.enum(pools)).min(1).optional(),
  /** ir_measures' names: nDCG@10, RR@10, R@100, AP, P@10, ... */
  metrics: z.array(z.string()).min(1).max(32),
  /** Documents kept per query; trec_eval sees no more than these. Of a run file all are seen. */
  depth: z.int().min(1).max(10_000).optional(),
  /** Absent: TREC_EVAL_9. */
  convention: z.enum(conventionNames).optional(),
  /** Absent: counted as 0 in rankings of our own, as the convention has it in run files. */
  missingQueries: z.enum(missingQueries).optional(),
  /** Resamples of the bootstrap, and the seed they come from. */
  bootstrap: z.int().min(0).max(100_000),
  seed: z.int().min(0).max(0xffff_ffff),
  /** Absent: PERCENTILE. */
  interval: z.enum(intervals).optional(),
  /** What is drawn; absent: QUERY. */
  cluster: z.enum(clusters).optional(),
});

/** Merges that one sweep measures. */
export const mostMerges = 1000;

/**
 * Inputs: `base` and `model` as of each merge, `reference` where that is none of them, `benchmark`, and `selection`
 * where another benchmark selects.
 */
export const sweepParams = z.strictObject({
  /** What is measured. GREEDY: the greedy soup of the models (Wortsman et al. 2022), which decides as it goes. */
  merges: z.union([z.array(mergeParams).min(1).max(mostMerges), z.literal('GREEDY')]),
  /** Digest of the input that the merges stand against. */
  reference: digest,
  metric: z.string(),
  ...evaluationParams.pick({
    ...{ directions: true, convention: true, bootstrap: true, seed: true, interval: true, cluster: true },
  }).shape,
  depth: z.int().min(1).max(10_000),
  /** Share of the benchmark's queries that selects, the others test; absent: those of `selection` select. */
  selectionShare: z.number().gt(0).lt(1).optional(),
  criterion: z.enum(criteria),
  /** How far below the reference's Mono a chosen merge may be; absent: however far. */
  maxMonoLoss: z.number().min(0).max(1).optional(),
});

/** Inputs `model` and one of `corpus` | `benchmark`. */
export const embeddingParams = z.strictObject({
  /** Absent: every language, every role but QUERY of a benchmark. */
  languages: z.array(language).optional(),
  roles: z.array(z.string()).optional(),
});

export const kinds = {
  IMPORT: importParams,
  TOKENIZER: tokenizerParams,
  TRAINING: training,
  MERGE: mergeParams,
  EVALUATION: evaluationParams,
  EMBEDDING: embeddingParams,
  SWEEP: sweepParams,
} as const;

export const runKinds = Object.keys(kinds) as RunKind[];
export type RunKind = keyof typeof kinds;
export type Params<K extends RunKind> = z.infer<(typeof kinds)[K]>;
