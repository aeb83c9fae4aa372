import { z } from 'zod';

/** BCP 47-ish: `ko`, `en`, `zh-Hant`. Lower-case primary tag; the platform compares languages as strings. */
export const language = z
  .string()
  .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'a language is a BCP 47 tag such as "ko" or "en"');

export const digest = z.string().regex(/^[0-9a-f]{64}$/, 'a digest is 64 hexadecimal digits');

/**
 * PASSAGE: a pair unit's query and passage. TRANSLATION: a segment and its translation. NEIGHBOUR: a segment and one
 * of the next four of its document (inverse cloze, Lee et al. 2019). PARAPHRASE: the two texts of a paraphrase unit.
 */
export const pairings = ['PASSAGE', 'TRANSLATION', 'NEIGHBOUR', 'PARAPHRASE'] as const;

/**
 * MIXED: every batch draws from all components by share. HOMOGENEOUS: one component per batch, drawn by share. ALIGNED:
 * as MIXED, but components of equal share over the same units go through them in the same order, so that a batch holds
 * a unit in every one of its directions: the set-up in which translations stand beside each other as negatives.
 */
export const batchings = ['MIXED', 'HOMOGENEOUS', 'ALIGNED'] as const;

/**
 * MASK: a translation of the row's own unit is no negative of that row. KEEP: it stays, a false negative, as plain
 * in-batch sampling over parallel data has it.
 */
export const parallelNegatives = ['MASK', 'KEEP'] as const;

export const component = z.strictObject({
  /** Digest of the corpus version. */
  corpus: digest,
  pairing: z.enum(pairings).default('PASSAGE'),
  queryLang: language,
  positiveLang: language,
  /** Languages of the explicit hard negatives taken from pair units; absent or empty: in-batch negatives alone. */
  negativeLangs: z.array(language).optional(),
  /** Relative weight; shares are normalised over the composition. */
  share: z.number().positive().finite(),
});

export const composition = z.strictObject({
  components: z.array(component).min(1).max(64),
  batching: z.enum(batchings).default('MIXED'),
  parallelNegatives: z.enum(parallelNegatives).default('MASK'),
});

export type Component = z.infer<typeof component>;
export type Composition = z.infer<typeof composition>;
