import type { Convention } from '#src/evaluation/convention.ts';
import type { BiasFamily, Measure, MeasureFamily } from '#src/evaluation/measures.ts';

/** A document that no qrels row of the query names. Qrels rows hold grades; -1 is trec_eval's "in the pool, unjudged". */
export const UNJUDGED = -(2 ** 31);

/** What a measure sees of one query. */
export interface Judged {
  /** Grade of each document found, in rank order; UNJUDGED where there is none. */
  ranked: Int32Array;
  /** Grades of all qrels rows of the query, highest first. */
  grades: Int32Array;
  /** `ranked` in the order that RR sees, where a convention has one of its own. */
  rankedForRR?: Int32Array;
}

type Score = (judged: Judged, measure: Measure, convention: Convention) => number;

/** 1 / log2(rank + 1) for the rank at index + 1. */
let discounts = new Float64Array(0);
function discountsUpTo(n: number): Float64Array {
  if (discounts.length < n) discounts = Float64Array.from({ length: n * 2 }, (_, i) => 1 / Math.log2(i + 2));
  return discounts;
}

function gainOf(grade: number, gain: Convention['gain']): number {
  if (gain === 'LINEAR') return grade;
  return gain === 'BINARY' ? 1 : 2 ** grade - 1;
}

function gainAt(grades: Int32Array, cutoff: number, gain: Convention['gain']): number {
  const n = Math.min(grades.length, cutoff);
  const discount = discountsUpTo(n);
  let sum = 0;
  for (let i = 0; i < n; i++) if (grades[i] > 0) sum += gainOf(grades[i], gain) * discount[i];
  return sum;
}

function relevant(grades: Int32Array, rel: number): number {
  let n = 0;
  while (n < grades.length && grades[n] >= rel) n++; // grades descend
  return n;
}

function hits({ ranked }: Judged, rel: number, cutoff: number): number {
  const n = Math.min(ranked.length, cutoff);
  let found = 0;
  for (let i = 0; i < n; i++) if (ranked[i] >= rel) found++;
  return found;
}

const share = (part: number, whole: number) => (whole > 0 ? part / whole : 0);

/**
 * Each as trec_eval 9.0.8 has it where it has it (P, recall, success, Rprec, bpref, map and map_cut, recip_rank,
 * ndcg and ndcg_cut); RR with a cut, RBP and Judged as ir_measures defines them. All lie in [0, 1].
 */
const scores: Record<Exclude<MeasureFamily, BiasFamily>, Score> = {
  /** Järvelin and Kekäläinen 2002: gain over log2(rank + 1), over that of the best order of all qrels. */
  nDCG: ({ ranked, grades }, { cutoff = Number.POSITIVE_INFINITY }, { gain }) =>
    share(gainAt(ranked, cutoff, gain), gainAt(grades, cutoff, gain)),

  RR({ ranked, rankedForRR = ranked }, { cutoff = Number.POSITIVE_INFINITY, rel }) {
    const first = rankedForRR.findIndex((grade) => grade >= rel);
    return first < 0 || first >= cutoff ? 0 : 1 / (first + 1);
  },

  /** Over all relevant documents, by most conventions also with a cut below their number. */
  AP({ ranked, grades }, { cutoff = Number.POSITIVE_INFINITY, rel }, { apDivisor }) {
    const n = Math.min(ranked.length, cutoff);
    let found = 0;
    let sum = 0;
    for (let i = 0; i < n; i++) if (ranked[i] >= rel) sum += ++found / (i + 1);
    const total = relevant(grades, rel);
    return share(sum, apDivisor === 'RELEVANT' ? total : Math.min(total, cutoff));
  },

  /** Over the cut, also when fewer documents were found. */
  P: (judged, { cutoff, rel }) => hits(judged, rel, cutoff!) / cutoff!,
  R: (judged, { cutoff, rel }) => share(hits(judged, rel, cutoff!), relevant(judged.grades, rel)),
  Success: (judged, { cutoff, rel }) => (hits(judged, rel, cutoff!) > 0 ? 1 : 0),
  Rprec(judged, { rel }) {
    const total = relevant(judged.grades, rel);
    return share(hits(judged, rel, total), total);
  },

  /** Buckley and Voorhees 2004 with trec_eval's min(N, R) below; only judged documents count. */
  Bpref({ ranked, grades }, { rel }) {
    const total = relevant(grades, rel);
    let nonrelevant = 0;
    for (const grade of grades) if (grade >= 0 && grade < rel) nonrelevant++;
    const bound = Math.min(nonrelevant, total);
    let above = 0;
    let sum = 0;
    for (const grade of ranked)
      if (grade >= rel) sum += above > 0 ? 1 - Math.min(above, total) / bound : 1;
      else if (grade >= 0) above++;
    return share(sum, total);
  },

  /**
   * Moffat and Zobel 2008 with binary gain. trec_eval 10 scales grades by the range of each query's gains and leaves
   * that range uninitialised (m_rbp.c), so its graded values are no reference.
   */
  RBP({ ranked }, { cutoff = Number.POSITIVE_INFINITY, rel, p }) {
    const n = Math.min(ranked.length, cutoff);
    let weight = 1 - p!;
    let sum = 0;
    for (let i = 0; i < n; i++, weight *= p!) if (ranked[i] >= rel) sum += weight;
    return sum;
  },

  /** Share of the documents found, down to the cut, that have a qrels row; 0 when none was found. */
  Judged({ ranked }, { cutoff = Number.POSITIVE_INFINITY }) {
    const n = Math.min(ranked.length, cutoff);
    let judged = 0;
    for (let i = 0; i < n; i++) if (ranked[i] !== UNJUDGED) judged++;
    return share(judged, n);
  },
};

export const scoreOf: Score = (judged, measure, convention) =>
  scores[measure.family as Exclude<MeasureFamily, BiasFamily>](judged, measure, convention);
