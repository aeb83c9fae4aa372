import type { Direction } from '../benchmarks/entry.ts';

/**
 * What a query is searched in. MONO, CROSS: the documents of one language, the query's own or another.
 * MIXED_PARALLEL: the documents of all languages, relevant in each. MIXED_DISTRACTOR: relevant documents in one
 * language, all others in the other languages and without the translations of the relevant ones.
 */
export const pools = ['MONO', 'CROSS', 'MIXED_PARALLEL', 'MIXED_DISTRACTOR'] as const;
export type Pool = (typeof pools)[number];

export const poolOf = ({ queryLang, docLang }: Direction): Pool => (queryLang === docLang ? 'MONO' : 'CROSS');

/** ISO 639's code for several languages: the document language of MIXED_PARALLEL. */
export const SEVERAL = 'mul';

/** A document in a mixed pool: an id alone would name all its translations. No language tag has a colon. */
export const inLanguage = (language: string, id: string) => `${language}:${id}`;
export const languageOf = (document: string) => document.slice(0, document.indexOf(':'));
export const parallelIdOf = (document: string) => document.slice(document.indexOf(':') + 1);
