import { badInput } from '../errors.ts';
import { language } from '../recipes/composition.ts';

/**
 * Effectiveness measures under ir_measures' names (MacAvaney et al. 2022): `nDCG@10`, `P(rel=2)@5`, `RBP(p=0.9)`.
 * One spelling per measure is stored, so that scores of different runs meet under one name.
 */
export type MeasureFamily = keyof typeof families;
export interface Measure {
  family: MeasureFamily;
  /** Rank of the last document that counts; absent: the whole ranking. */
  cutoff?: number;
  /** Lowest grade that counts as relevant; trec_eval's `-l`. nDCG and Judged have none. */
  rel: number;
  /** RBP's and RBO's persistence, 0 < p < 1. */
  p?: number;
  /** Share: of which language. RBO: against the ranking of the query in which language. */
  lang?: string;
  /** RBO: `document` tells a document from its translation; absent: they are one. */
  by?: 'document';
}

type Use = 'REQUIRED' | 'OPTIONAL' | 'NONE';
interface Family {
  cutoff: Use;
  rel: Use;
  p: Use;
  aliases: string[];
  /** Says something about the languages of a ranking over MIXED_PARALLEL, and nothing elsewhere. */
  bias?: true;
}
const families = {
  nDCG: { cutoff: 'OPTIONAL', rel: 'NONE', p: 'NONE', aliases: [] },
  RR: { cutoff: 'OPTIONAL', rel: 'OPTIONAL', p: 'NONE', aliases: ['MRR'] },
  AP: { cutoff: 'OPTIONAL', rel: 'OPTIONAL', p: 'NONE', aliases: ['MAP'] },
  P: { cutoff: 'REQUIRED', rel: 'OPTIONAL', p: 'NONE', aliases: ['Precision'] },
  R: { cutoff: 'REQUIRED', rel: 'OPTIONAL', p: 'NONE', aliases: ['Recall'] },
  Success: { cutoff: 'REQUIRED', rel: 'OPTIONAL', p: 'NONE', aliases: [] },
  Rprec: { cutoff: 'NONE', rel: 'OPTIONAL', p: 'NONE', aliases: [] },
  Bpref: { cutoff: 'NONE', rel: 'OPTIONAL', p: 'NONE', aliases: [] },
  // ir_measures defaults p to 0.8, trec_eval 10 to 0.9: a number without p would mean two things.
  RBP: { cutoff: 'OPTIONAL', rel: 'OPTIONAL', p: 'REQUIRED', aliases: [] },
  Judged: { cutoff: 'OPTIONAL', rel: 'NONE', p: 'NONE', aliases: [] },
  Share: { cutoff: 'REQUIRED', rel: 'NONE', p: 'NONE', aliases: [], bias: true },
  TLR: { cutoff: 'REQUIRED', rel: 'OPTIONAL', p: 'NONE', aliases: [], bias: true },
  PEER: { cutoff: 'REQUIRED', rel: 'NONE', p: 'NONE', aliases: [], bias: true },
  RBO: { cutoff: 'REQUIRED', rel: 'NONE', p: 'REQUIRED', aliases: [], bias: true },
} as const satisfies Record<string, Family>;

export type BiasFamily = 'Share' | 'TLR' | 'PEER' | 'RBO';
export const isBias = ({ family }: Measure) => (families[family] as Family).bias === true;

const familyOf = new Map<string, MeasureFamily>();
for (const family of Object.keys(families) as MeasureFamily[])
  for (const name of [family, ...families[family].aliases]) familyOf.set(name.toLowerCase(), family);

const known =
  'nDCG, nDCG@k, RR, RR@k, AP, AP@k, P@k, R@k, Success@k, Rprec, Bpref, RBP(p=0.9), Judged@k, ' +
  'and on mixed pools Share@k, TLR@k, PEER@k, RBO(p=0.9)@k';
const shape = /^([A-Za-z]+)(?:\(([^()]*)\))?(?:@(\d+))?$/;

/**
 * Reads a measure's name, in any case; `MRR`, `Recall`, `MAP` and `Precision` are taken for RR, R, AP and P.
 * @param path where the name stands in the input, for the error
 * @throws UserError on a name, parameter or cut that does not exist
 */
export function parseMeasure(name: string, path = 'metrics'): Measure {
  const refuse = (why: string) => badInput(path, `metric ${JSON.stringify(name)}: ${why}`);
  const match = shape.exec(name.replace(/\s+/g, ''));
  const family = match && familyOf.get(match[1].toLowerCase());
  if (!match || !family) throw refuse(`there is no such metric; there are ${known}`);
  const { cutoff, rel, p } = families[family];
  const measure: Measure = { family, rel: 1 };

  if (match[3] !== undefined) {
    if (cutoff === 'NONE') throw refuse(`${family} has no cut`);
    measure.cutoff = Number(match[3]);
    if (measure.cutoff < 1 || measure.cutoff > 1_000_000) throw refuse('the cut is between 1 and 1,000,000');
  } else if (cutoff === 'REQUIRED') throw refuse(`${family} needs a cut: ${family}@10`);

  for (const argument of match[2] ? match[2].split(',') : []) {
    const [key, text] = argument.split('=');
    const value = text ? Number(text) : Number.NaN;
    if (key === 'p' && p !== 'NONE') {
      if (!(value > 0 && value < 1)) throw refuse('p lies between 0 and 1');
      measure.p = value;
    } else if (key === 'rel' && rel !== 'NONE') {
      if (!Number.isInteger(value) || value < 1) throw refuse('rel is a grade from 1 on');
      measure.rel = value;
    } else if (key === 'lang' && (family === 'Share' || family === 'RBO')) {
      if (!language.safeParse(text).success) throw refuse('lang is a language tag such as ko');
      measure.lang = text;
    } else if (key === 'by' && family === 'RBO') {
      if (text !== 'document') throw refuse('by is document, or left out to count translations as one');
      measure.by = text;
    } else throw refuse(`${family} has no parameter ${JSON.stringify(key)}`);
  }
  if (p === 'REQUIRED' && measure.p === undefined) throw refuse(`write the persistence: ${family}(p=0.9)`);
  return measure;
}

/** The name under which a measure's scores are stored; `parseMeasure` of it gives the measure back. */
export function measureName({ family, cutoff, rel, p, lang, by }: Measure): string {
  const parameters = [
    p !== undefined && `p=${p}`,
    rel !== 1 && `rel=${rel}`,
    by && `by=${by}`,
    lang && `lang=${lang}`,
  ].filter(Boolean);
  return `${family}${parameters.length ? `(${parameters})` : ''}${cutoff === undefined ? '' : `@${cutoff}`}`;
}

/**
 * Reads the metrics of a run file made elsewhere, each measure once. Deep cuts are no mistake here: how deep the file
 * goes is known to its maker alone.
 */
export function parseRunMeasures(names: string[], path = 'metrics'): Measure[] {
  const measures = names.map((name, i) => parseMeasure(name, `${path}[${i}]`));
  const bias = measures.findIndex(isBias);
  if (bias >= 0)
    throw badInput(
      `${path}[${bias}]`,
      `${names[bias]} needs a ranking over a MIXED_PARALLEL pool; a run file is of one direction`,
    );
  return [...new Map(measures.map((measure) => [measureName(measure), measure])).values()];
}

/**
 * Reads the metrics of an evaluation that keeps `depth` documents per query, each measure once.
 * A cut below the kept depth would be another measure under a wrong name, so it is refused.
 */
export function parseMeasures(names: string[], depth: number, path = 'metrics'): Measure[] {
  const measures = new Map<string, Measure>();
  names.forEach((name, i) => {
    const measure = parseMeasure(name, `${path}[${i}]`);
    if (measure.cutoff !== undefined && measure.cutoff > depth)
      throw badInput(
        `${path}[${i}]`,
        `metric ${JSON.stringify(name)} looks at ${measure.cutoff} documents per query, but depth keeps ${depth}: raise depth`,
      );
    measures.set(measureName(measure), measure);
  });
  return [...measures.values()];
}
