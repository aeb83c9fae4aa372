import { join } from 'node:path';
import { encodeGlobalID } from '#src/api/builder.ts';
import { pageSize } from '#src/api/connection.ts';
import type { Context } from '#src/api/context.ts';
import { badInput, UserError } from '#src/errors.ts';
import { modelFolder } from '#src/models/folder.ts';
import { withSet } from './delete.ts';
import { countEligible, type Eligible } from './eligible.ts';
import { type Condition, checkFilter, ordinalOf, type SearchFilter } from './filter.ts';
import { exactNearest, hnswNearest, type Neighbour, type Question } from './nearest.ts';
import { capabilities, partition } from './partition.ts';
import { type Facts, type Plan, plan } from './plan.ts';
import type { SearchableSet } from './set.ts';

export interface SearchInput {
  embeddingSet: string;
  text?: string | null;
  vector?: number[] | null;
  like?: string | null;
  filter?: SearchFilter | null;
  mode?: 'AUTO' | 'EXACT' | 'HNSW' | null;
  /** At most one text of each unit, the nearest. */
  distinctUnits?: boolean | null;
  first?: number | null;
}

export interface Hit extends Neighbour {
  collectionId: number;
  parallelId: string;
  role: string;
  text: string;
  rank: number;
}

/** What was counted, chosen and done. */
export interface Explanation {
  eligible: Eligible;
  plan: Plan;
  /** Exact search followed, for too few of the index's candidates passed the filter. */
  fellBack: boolean;
  encodeMs: number;
  countMs: number;
  searchMs: number;
}

export interface Found {
  hits: Hit[];
  method: 'EXACT' | 'HNSW';
  underfilled: boolean;
  explanation: Explanation;
}

const largestFirst = 1000;
const longestText = 100_000;

export function search(context: Context, input: SearchInput): Promise<Found> {
  return withSet(context.lab, input.embeddingSet, 'input.embeddingSet', (set) =>
    searchIn(context, set, input),
  );
}

async function searchIn(context: Context, set: SearchableSet, input: SearchInput): Promise<Found> {
  const { db } = context.lab;
  const first = pageSize(input.first ?? 10, 'input.first', largestFirst);
  if (input.mode === 'HNSW' && !set.indexes.some(({ ready }) => ready))
    throw badInput(
      'input.mode',
      'this embedding set has no index; ask for AUTO or EXACT, or build one by buildIndex',
    );
  const clock = stopwatch();
  const query = await queryVector(context, set, input);
  const encodeMs = clock();
  const condition = await checkFilter(db.pool, set, input.filter);
  const eligible = await countEligible(db.pool, set, condition);
  const countMs = clock();
  const wanted = first * (input.distinctUnits ? set.textsPerUnit : 1);
  const chosen = await planFor(context.lab, set, condition, eligible.count, wanted, input.mode ?? 'AUTO');
  const question = { ...query, condition, ordinals: eligible.ordinals, limit: wanted };
  const { neighbours, fellBack } = await nearest(context.lab, set, question, chosen);
  const kept = (input.distinctUnits ? nearestOfUnits(neighbours) : neighbours).slice(0, first);
  const hits = await withTexts(context, set, kept);
  return {
    hits,
    method: fellBack ? 'EXACT' : chosen.method,
    underfilled: hits.length < first,
    explanation: { eligible, plan: chosen, fellBack, encodeMs, countMs, searchMs: clock() },
  };
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

function nearestOfUnits(neighbours: Neighbour[]): Neighbour[] {
  const seen = new Set<number>();
  return neighbours.filter(({ unitOrdinal }) => !seen.has(unitOrdinal) && seen.add(unitOrdinal));
}

async function withTexts({ lab }: Context, set: SearchableSet, neighbours: Neighbour[]): Promise<Hit[]> {
  const { rows } = await lab.db.pool.query(
    `SELECT t.ordinal, t.role, t.text, u.parallel_id AS "parallelId" FROM text t
     JOIN unit u ON u.collection_id = t.collection_id AND u.ordinal = t.unit_ordinal
     WHERE t.collection_id = $1 AND t.ordinal = ANY($2::int[])`,
    [set.collectionId, neighbours.map(({ ordinal }) => ordinal)],
  );
  const byOrdinal = new Map(rows.map((row) => [row.ordinal, row]));
  return neighbours.map((neighbour, i) => ({
    ...neighbour,
    ...byOrdinal.get(neighbour.ordinal),
    ...{ collectionId: set.collectionId, rank: i + 1 },
  }));
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

interface QueryVector {
  vector: ArrayLike<number> & { join(separator: string): string };
  /** Ordinal of the text that the question is about; it is no answer to itself. */
  except: number;
}

async function queryVector(context: Context, set: SearchableSet, input: SearchInput): Promise<QueryVector> {
  const asked = (['text', 'vector', 'like'] as const).filter((key) => input[key] != null);
  if (asked.length !== 1) throw badInput('input', 'give exactly one of text, vector and like');
  if (input.vector != null) return { vector: checkVector(input.vector, set.dimension), except: -1 };
  if (input.like != null) return vectorOfText(context, set, input.like);
  return { vector: await encodeText(context, set, input.text!), except: -1 };
}

function checkVector(vector: number[], dimension: number): number[] {
  const at = 'input.vector';
  if (vector.length !== dimension)
    throw badInput(at, `the vector has ${vector.length} numbers; this embedding set has ${dimension}`);
  const bad = vector.findIndex((x) => !Number.isFinite(Math.fround(x)));
  if (bad >= 0) throw badInput(`${at}[${bad}]`, 'the vector holds a number that is not finite in 32 bits');
  if (vector.every((x) => Math.fround(x) === 0))
    throw badInput(at, 'the zero vector has no direction, so nothing is nearest to it by cosine');
  return vector;
}

async function vectorOfText({ lab }: Context, set: SearchableSet, like: string): Promise<QueryVector> {
  const ordinal = ordinalOf(set, like, 'input.like');
  const { rows } = await lab.db.pool.query(
    `SELECT vec::real[] AS vec FROM ${partition(set.id)} WHERE ordinal = $1`,
    [ordinal],
  );
  if (rows.length) return { vector: rows[0].vec, except: ordinal };
  const message = `"${like.slice(0, 100)}" is not the id of a text in this embedding set; take the id of a search hit`;
  throw new UserError('NOT_FOUND', message, [{ path: 'input.like', message }]);
}

async function encodeText(context: Context, set: SearchableSet, text: string): Promise<Float32Array> {
  if (text.trim() === '') throw badInput('input.text', 'the text is empty');
  if (text.length > longestText)
    throw badInput('input.text', `the text has ${text.length} characters; ${longestText} are taken`);
  const { lab, config, encoders } = context;
  const folder = await modelFolder(lab.db, lab.store, join(config.home, 'cache', 'models'), set.modelDigest);
  const vector = await encoders.encode({ digest: set.modelDigest, folder }, [text.normalize('NFC')], 'query');
  if (vector.every((x) => x === 0))
    throw badInput(
      'input.text',
      'nothing in this text is known to the model, so its vector is zero and nothing is nearest to it',
    );
  return vector;
}

export const textId = ({ collectionId, ordinal }: { collectionId: number; ordinal: number }) =>
  encodeGlobalID('Text', `${collectionId}-${ordinal}`);
