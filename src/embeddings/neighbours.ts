import type { Context } from '#src/api/context.ts';
import type { Sql } from '#src/database/client.ts';
import { badInput } from '#src/errors.ts';
import { overlapAt, rankBiasedOverlap } from '#src/evaluation/overlap.ts';
import { clusterIndex } from '#src/evaluation/resampling.ts';
import { bootstrapMeans, mean, percentileInterval } from '#src/evaluation/statistics.ts';
import { countEligible, type Eligible } from './eligible.ts';
import { type Condition, checkFilter } from './filter.ts';
import { partition } from './partition.ts';
import { nearest, planFor } from './search.ts';
import type { SearchableSet } from './set.ts';

export interface NeighboursInput {
  k: number;
  /** Units whose texts are asked about. */
  sample: number;
  seed: number;
  /** RBO's persistence. */
  p: number;
  /** Asks about texts of this language alone. */
  queryLang: string | null;
  /** Looks for neighbours among texts of this language alone. */
  docLang: string | null;
  mode: 'AUTO' | 'EXACT';
}

/** A mean over texts with its bootstrap interval, units drawn together. */
export interface Figure {
  value: number;
  ciLow: number;
  ciHigh: number;
}

export interface Agreement {
  /** Texts asked about. */
  sample: number;
  /** Share of the k nearest in one set that are among the k nearest in the other. */
  overlap: Figure;
  rbo: Figure;
}

export interface Neighbours extends Agreement {
  /** Texts that have no neighbours in one of the sets, since their vector is zero; in no figure. */
  unanswered: number;
  languages: (Agreement & { language: string })[];
}

const resamples = 10_000;

/**
 * How far two models agree on what lies near what: the neighbours of a seeded sample of texts, in two sets of the same
 * texts. What a merge did to a space that its scores do not tell.
 */
export async function compareNeighbours(
  lab: Context['lab'],
  [a, b]: readonly [SearchableSet, SearchableSet],
  input: NeighboursInput,
): Promise<Neighbours> {
  checkInput(input);
  const { pool } = lab.db;
  const { k, p, queryLang, docLang, mode } = input;
  for (const [at, language] of [
    ['input.queryLang', queryLang],
    ['input.docLang', docLang],
  ] as const)
    if (language !== null && !(Object.hasOwn(a.languages, language) && Object.hasOwn(b.languages, language)))
      throw badInput(at, `not both sets have texts in "${language.slice(0, 40)}"`);
  await refuseOtherTexts(pool, a, b, docLang);
  const questions = await drawQuestions(pool, a, b, input);

  const ways: Way[] = [];
  for (const set of [a, b]) {
    const condition = await checkFilter(pool, set, docLang === null ? null : { languages: [docLang] });
    const eligible = await countEligible(pool, set, condition);
    ways.push({
      set,
      condition,
      eligible,
      plan: await planFor(lab, set, condition, eligible.count, k, mode),
    });
  }
  const rows: { unit: number; language: string; overlap: number; rbo: number }[] = [];
  let unanswered = 0;
  for (const { ordinal, unit, language, vectors } of questions) {
    const [inA, inB] = await Promise.all(
      ways.map(async ({ set, condition, eligible, plan }, i) => {
        const { ordinals } = eligible;
        const question = { vector: vectors[i], condition, ordinals, except: ordinal, limit: k };
        return (await nearest(lab, set, question, plan)).neighbours.map((neighbour) => neighbour.ordinal);
      }),
    );
    if (inA.length && inB.length)
      rows.push({ unit, language, overlap: overlapAt(inA, inB, k), rbo: rankBiasedOverlap(inA, inB, p) });
    else unanswered++;
  }
  if (rows.length === 0) throw badInput('input', 'none of the texts drawn has neighbours in both sets');
  return {
    ...agreement(rows, input.seed),
    unanswered,
    languages: [...new Set(rows.map(({ language }) => language))].sort().map((language) => ({
      language,
      ...agreement(
        rows.filter((row) => row.language === language),
        input.seed,
      ),
    })),
  };
}

interface Way {
  set: SearchableSet;
  condition: Condition;
  eligible: Eligible;
  plan: Awaited<ReturnType<typeof planFor>>;
}

function checkInput({ k, sample, seed, p }: NeighboursInput) {
  if (!(k >= 1 && k <= 100)) throw badInput('input.k', `k is ${k}; 1 to 100 are taken`);
  if (!(sample >= 1 && sample <= 1000))
    throw badInput('input.sample', `sample is ${sample}; 1 to 1000 units are taken`);
  if (!(p > 0 && p < 1)) throw badInput('input.p', `p is ${p}; RBO's persistence lies between 0 and 1`);
  if (seed < 0) throw badInput('input.seed', `seed is ${seed}; it is 0 or more`);
}

/** Neighbourhoods in different texts differ whatever the models do. */
async function refuseOtherTexts(sql: Sql, a: SearchableSet, b: SearchableSet, docLang: string | null) {
  if (a.collectionId !== b.collectionId)
    throw badInput('input.b', 'the sets are of different collections; compare sets of the same texts');
  const [inA, inB] = [a, b].map((set) => (docLang === null ? set.count : set.languages[docLang]));
  const { rows } = await sql.query(
    `SELECT count(*)::int AS common FROM ${partition(a.id)} a JOIN ${partition(b.id)} b ON b.ordinal = a.ordinal
     WHERE $1::text IS NULL OR a.language = $1`,
    [docLang],
  );
  const { common } = rows[0];
  if (common !== inA || common !== inB)
    throw badInput(
      'input.b',
      `the sets hold different texts: ${inA} and ${inB}, ${common} of them in both; embed the same, or compare a language that is whole in both by docLang`,
    );
}

interface Drawn {
  ordinal: number;
  unit: number;
  language: string;
  vectors: [number[], number[]];
}

/** Units by the order of a seeded hash, the same on every database, whatever order rows come in. */
async function drawQuestions(
  sql: Sql,
  a: SearchableSet,
  b: SearchableSet,
  { sample, seed, queryLang }: NeighboursInput,
): Promise<Drawn[]> {
  const asked = '($1::text IS NULL OR a.language = $1)';
  const { rows } = await sql.query(
    `SELECT a.ordinal, a.unit_ordinal AS unit, a.language, a.vec::real[] AS "inA", b.vec::real[] AS "inB"
     FROM ${partition(a.id)} a JOIN ${partition(b.id)} b ON b.ordinal = a.ordinal
     WHERE ${asked} AND a.unit_ordinal IN (
       SELECT unit_ordinal FROM (
         SELECT DISTINCT a.unit_ordinal FROM ${partition(a.id)} a JOIN ${partition(b.id)} b ON b.ordinal = a.ordinal WHERE ${asked}) u
       ORDER BY md5($2::text || ' ' || unit_ordinal), unit_ordinal LIMIT $3)
     ORDER BY a.ordinal`,
    [queryLang, seed, sample],
  );
  return rows.map(({ inA, inB, ...row }) => ({ ...row, vectors: [inA, inB] }));
}

function agreement(rows: { unit: number; overlap: number; rbo: number }[], seed: number): Agreement {
  const columns = [rows.map(({ overlap }) => overlap), rows.map(({ rbo }) => rbo)];
  const units = clusterIndex(rows.map(({ unit }) => String(unit)));
  const means = bootstrapMeans(columns, { resamples, seed }, units);
  const [overlap, rbo] = columns.map((column, i) => {
    const { low, high } = percentileInterval(means[i])!;
    return { value: mean(column), ciLow: low, ciHigh: high };
  });
  return { sample: rows.length, overlap, rbo };
}
