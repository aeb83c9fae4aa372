import { encodeGlobalID } from '#src/api/builder.ts';
import { pageSize } from '#src/api/connection.ts';
import type { Context } from '#src/api/context.ts';
import { badInput } from '#src/errors.ts';
import { bestByWords, type FoundByWords } from './by-words.ts';
import { bestOfUnits, byVector, byWords, type Candidate, fused } from './candidate.ts';
import { unlessGone } from './delete.ts';
import { countEligible, type Eligible } from './eligible.ts';
import { fallBackShare, noteFallBack } from './fall-backs.ts';
import { type Condition, checkFilter, filterKey, type SearchFilter } from './filter.ts';
import { checkFusion, type FusionInput } from './fuse.ts';
import { type Alongside, exactNearest, hnswNearest, type Question, type Shown } from './nearest.ts';
import { excluding, languageAsked, type OwnLanguage, preferring } from './own-language.ts';
import { capabilities } from './partition.ts';
import { type Facts, type Plan, plan } from './plan.ts';
import { type Asked, readQuery } from './query.ts';
import { onSet, type SearchableSet } from './set.ts';

export type SearchMode = 'AUTO' | 'EXACT' | 'HNSW' | 'LEXICAL' | 'HYBRID';

export interface SearchInput extends Asked {
  embeddingSet: string;
  filter?: SearchFilter | null;
  mode?: SearchMode | null;
  /** Of HYBRID. */
  fusion?: FusionInput | null;
  queryLanguage?: string | null;
  ownLanguage?: OwnLanguage | null;
  /** At most one text of each unit, the best. */
  distinctUnits?: boolean | null;
  first?: number | null;
}

export interface Hit extends Required<Candidate> {
  collectionId: number;
  rank: number;
  /** Language of the text that was found, which PREFER shows another for. */
  foundIn: string;
}

/** What was counted, chosen and done. */
export interface Explanation {
  eligible: Eligible;
  reason: string;
  /** Null: no vectors were compared. */
  plan: Plan | null;
  /** Exact search followed, for too few of the index's candidates passed the filter. */
  fellBack: boolean;
  /** Null: words were not searched by. */
  words: Omit<FoundByWords, 'hits'> | null;
  /** Texts of each way that were fused or shown; null: not taken. */
  found: { vector: number | null; lexical: number | null };
  encodeMs: number;
  countMs: number;
  searchMs: number;
}

export interface Found {
  /** Digest of the set that the ref led to. */
  set: string;
  hits: Hit[];
  method: Exclude<SearchMode, 'AUTO'>;
  underfilled: boolean;
  explanation: Explanation;
}

const largestFirst = 1000;

export function search(context: Context, input: SearchInput): Promise<Found> {
  const { lab } = context;
  const path = 'input.embeddingSet';
  return onSet(lab, input.embeddingSet, path, (set, lookup) =>
    unlessGone(lab, set, path, () => searchIn(context, set, input, lookup)),
  );
}

async function searchIn(
  context: Context,
  set: SearchableSet,
  input: SearchInput,
  alongside: Alongside | null,
): Promise<Found> {
  const { db } = context.lab;
  const first = pageSize(input.first ?? 10, 'input.first', largestFirst);
  const mode = input.mode ?? 'AUTO';
  const own = input.ownLanguage ?? 'ANY';
  const fusion = checkFusion(mode, input.fusion);
  if (mode === 'HNSW' && !set.indexes.some(({ ready }) => ready))
    throw badInput(
      'input.mode',
      'this embedding set has no index; ask for AUTO or EXACT, or build one by buildIndex',
    );
  const clock = stopwatch();
  const ways = { vector: mode !== 'LEXICAL', terms: mode === 'LEXICAL' || mode === 'HYBRID' };
  const query = await readQuery(context, set, input, ways);
  const encodeMs = clock();
  const language = languageAsked(set, own, input.queryLanguage, query.language);
  const asked = await checkFilter(db.pool, set, input.filter);
  const condition =
    own === 'EXCLUDE' ? await checkFilter(db.pool, set, excluding(set, input.filter, language!)) : asked;
  const eligible = await countEligible(db.pool, set, condition);
  const countMs = clock();
  const oneAUnit = input.distinctUnits || own === 'PREFER';
  const wanted = first * (oneAUnit ? set.textsPerUnit : 1);
  const limit = mode === 'HYBRID' ? Math.max(fusion.depth, wanted) : wanted;
  const question = { condition, ordinals: eligible.ordinals, except: query.except, limit };
  const [near, words] = await Promise.all([
    query.vector &&
      nearVector(
        context.lab,
        set,
        { ...question, vector: query.vector, shown: !ways.terms && !oneAUnit, alongside },
        eligible.count,
        mode,
      ),
    query.terms && bestByWords(db, set, { ...question, terms: query.terms }),
  ]);
  const candidates =
    near && words
      ? fused(near.neighbours, words.hits, fusion)
      : near
        ? near.neighbours.map(byVector)
        : words!.hits.map(byWords);
  const kept = (oneAUnit ? bestOfUnits(candidates) : candidates).slice(0, first);
  const hits = kept.map((hit, i) => ({ ...hit, rank: i + 1, foundIn: hit.language }));
  const shown =
    own === 'PREFER'
      ? await preferring(db, set, hits, { language: language!, condition, except: query.except })
      : hits;
  return {
    set: set.digest,
    hits: await withTexts(context, set, shown),
    method: mode === 'LEXICAL' || mode === 'HYBRID' ? mode : near!.method,
    underfilled: hits.length < first,
    explanation: {
      eligible,
      reason: near ? near.plan.reason : `BM25 of ${words!.matches} texts that share a term`,
      plan: near?.plan ?? null,
      fellBack: near?.fellBack ?? false,
      words: words && { matches: words.matches, terms: words.terms },
      found: { vector: near?.neighbours.length ?? null, lexical: words?.hits.length ?? null },
      ...{ encodeMs, countMs, searchMs: clock() },
    },
  };
}

async function nearVector(
  lab: Context['lab'],
  set: SearchableSet,
  question: Question,
  eligible: number,
  mode: SearchMode,
) {
  const asked = mode === 'EXACT' || mode === 'HNSW' ? mode : 'AUTO';
  const chosen = await planFor(lab, set, question.condition, eligible, question.limit, asked);
  const { neighbours, fellBack } = await nearest(lab, set, question, chosen);
  if (asked === 'AUTO')
    noteFallBack(filterKey(set, question.condition), chosen.method === 'HNSW' ? fellBack : null);
  return { neighbours, fellBack, plan: chosen, method: fellBack ? ('EXACT' as const) : chosen.method };
}

export async function planFor(
  lab: Context['lab'],
  set: SearchableSet,
  condition: Condition,
  eligible: number,
  wanted: number,
  mode: Facts['mode'],
): Promise<Plan> {
  return plan({
    ...{ total: set.count, eligible, dimension: set.dimension, wanted, mode },
    ...{ languages: set.languages, asked: condition.languages, filtered: condition.more },
    indexes: set.indexes.filter(({ ready }) => ready).map(({ language }) => language),
    fallBacks: fallBackShare(filterKey(set, condition)),
    iterative: (await capabilities(lab.db)).iterative,
  });
}

/** By the plan; where the index turns out to go against the filter, by comparing what the filter leaves. */
export async function nearest(lab: Context['lab'], set: SearchableSet, question: Question, chosen: Plan) {
  if (chosen.method === 'HNSW') {
    const { neighbours, passing } = await hnswNearest(lab.db, set, question, chosen);
    if (passing >= chosen.enough) return { neighbours, fellBack: false };
  }
  const neighbours = await exactNearest(lab.db, set, question);
  return { neighbours, fellBack: chosen.method === 'HNSW' };
}

async function withTexts<T extends Candidate>({ lab }: Context, set: SearchableSet, hits: T[]) {
  const bare = hits.filter(({ text }) => text === undefined);
  const shown = new Map(bare.length ? await textsOf(lab, set, bare) : []);
  const { collectionId } = set;
  return hits.map((hit) => ({ ...(hit as T & Shown), ...shown.get(hit.ordinal), collectionId }));
}

async function textsOf(lab: Context['lab'], set: SearchableSet, hits: readonly Candidate[]) {
  const { rows } = await lab.db.pool.query(
    `SELECT t.ordinal, t.role, t.text, u.parallel_id AS "parallelId" FROM text t
     JOIN unit u ON u.collection_id = t.collection_id AND u.ordinal = t.unit_ordinal
     WHERE t.collection_id = $1 AND t.ordinal = ANY($2::int[])`,
    [set.collectionId, hits.map(({ ordinal }) => ordinal)],
  );
  return (rows as (Shown & { ordinal: number })[]).map((row): [number, Shown] => [row.ordinal, row]);
}

/** Milliseconds since it was last asked. */
function stopwatch() {
  let last = performance.now();
  return () => {
    const now = performance.now();
    const passed = now - last;
    last = now;
    return passed;
  };
}

export const textId = ({ collectionId, ordinal }: { collectionId: number; ordinal: number }) =>
  encodeGlobalID('Text', `${collectionId}-${ordinal}`);
