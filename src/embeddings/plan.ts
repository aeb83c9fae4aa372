/**
 * Which way a search takes. PostgreSQL's planner chooses between an index and a scan by cost alone; an HNSW index then
 * gives fewer rows than asked for, or the wrong ones, where a filter leaves little of what it finds. So we choose, from
 * how many rows the filter leaves.
 */
export interface Facts {
  /** Rows of the set. */
  total: number;
  /** Rows that the filter leaves, counted or estimated; `total` without a filter. */
  eligible: number;
  dimension: number;
  /** Rows to find: hits, times the texts of a unit where each unit may be hit once. */
  wanted: number;
  /** Vectors by language. */
  languages: Record<string, number>;
  /** Languages that the filter asks for; null: any. */
  asked: string[] | null;
  /** Is there more in the filter than languages? */
  filtered: boolean;
  /** HNSW indexes that are ready: null is the one over the whole set, a language one over its texts alone. */
  indexes: (string | null)[];
  /** Share of late searches under this filter that asked the index in vain, 0 to 1. */
  fallBacks: number;
  /** Can the database scan an index on beyond ef_search? */
  iterative: boolean;
  /** Mode asked for; AUTO compares costs. */
  mode: 'AUTO' | 'EXACT' | 'HNSW';
}

export type Plan = ExactPlan | HnswPlan;
export interface ExactPlan {
  method: 'EXACT';
  reason: string;
}
export interface HnswPlan {
  method: 'HNSW';
  reason: string;
  /** Indexes that are scanned, their candidates joined. */
  indexes: (string | null)[];
  /** Taken from each index, by 16-bit distances where the index has them, then compared by the vectors themselves. */
  candidates: number;
  efSearch: number;
  iterative: boolean;
  /** Fewer candidates than these that pass the filter: it goes against the neighbourhood, and exact search is asked. */
  enough: number;
}

/** Candidates per row wanted: three to four times lift recall@10 of 16-bit distances over 0.99. */
const overFetch = 4;
/** Of the index alone, recall@10 on 100,000 clustered vectors of 384: .91 at 100, .996 at 200. */
const leastCandidates = 200;
/** pgvector's largest ef_search. */
export const largestEf = 1000;

/** Milliseconds, as they were measured on 100,000 x 384; only their ratio matters, and on the embedded database both are some four times as much. */
const exactCost = (rows: number, dimension: number) => rows * 1e-3 * (0.3 + (0.9 * dimension) / 384);
const hnswCost = (candidates: number, dimension: number) =>
  candidates * 0.012 * (0.5 + (0.5 * dimension) / 384);

export function plan(facts: Facts): Plan {
  const { total, eligible, dimension, wanted, mode } = facts;
  if (mode === 'EXACT') return { method: 'EXACT', reason: 'asked for' };
  const indexes = serving(facts);
  if (!indexes) return { method: 'EXACT', reason: 'there is no HNSW index that serves this filter' };
  const rows = indexes.reduce(
    (sum, language) => sum + (language === null ? total : facts.languages[language]),
    0,
  );
  const selectivity = Math.min(1, eligible / Math.max(1, rows));
  // Each index is asked as if it held all the neighbours: languages often lie apart.
  const candidates = Math.ceil(
    Math.max(leastFor(rows), selectivity > 0 ? (overFetch * wanted) / selectivity : Number.POSITIVE_INFINITY),
  );
  const share = percent(selectivity);
  const forced = mode === 'HNSW';
  if (candidates > largestEf && (!facts.iterative || !Number.isFinite(candidates)))
    return {
      method: 'EXACT',
      reason: `${share} of the index pass the filter: too few for ${largestEf} candidates`,
    };
  const exact = exactCost(eligible, dimension);
  const index = hnswCost(candidates * indexes.length, dimension);
  if (!forced && exact <= index + facts.fallBacks * exact)
    return {
      method: 'EXACT',
      reason:
        exact <= index
          ? `comparing ${eligible} rows costs less than ${candidates} candidates of an index of which ${share} pass`
          : `of late searches under this filter, the index was asked in vain by ${percent(facts.fallBacks)}`,
    };
  const expected = Math.floor(candidates * indexes.length * selectivity * 0.5);
  return {
    method: 'HNSW',
    reason: forced
      ? 'asked for'
      : `${candidates} candidates cost less than comparing ${eligible} rows; ${share} of the index pass the filter`,
    indexes,
    candidates,
    efSearch: Math.min(largestEf, candidates),
    iterative: candidates > largestEf,
    enough: selectivity < 1 ? Math.min(eligible, Math.max(wanted, expected)) : Math.min(eligible, wanted),
  };
}

/** Larger graphs want a wider beam for the same recall. */
const leastFor = (rows: number) =>
  Math.round(leastCandidates * Math.max(1, 1 + 0.5 * Math.log10(Math.max(1, rows) / 100_000)));

/** The indexes that together hold what is asked for, the narrowest that do; null: none do. */
function serving({ languages, asked, indexes }: Facts): (string | null)[] | null {
  const all = indexes.includes(null) ? [null] : null;
  const present = Object.keys(languages);
  if (asked && !present.every((language) => asked.includes(language))) {
    const wantedLanguages = asked.filter((language) => present.includes(language));
    if (wantedLanguages.length > 0 && wantedLanguages.every((language) => indexes.includes(language)))
      return wantedLanguages;
  }
  return all;
}

const percent = (share: number) =>
  `${share > 0.99 ? Math.round(100 * share) : (100 * share).toPrecision(2)} %`;
