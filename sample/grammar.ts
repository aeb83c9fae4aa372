import type { PairUnit } from '#src/corpora/unit.ts';
import { choose } from './choice.ts';
import { withParticle } from './particles.ts';
import { reworded } from './register.ts';

/**
 * A small notation for texts that say the same in Korean and English.
 *
 * A table has a column name or several, and a row per line: `감자 = potato ~ potatoes / 흙 = soil`. Cells are parted
 * by ` / `, languages by ` = `; ` ~ ` gives an English plural that the rule would get wrong.
 *
 * Phrasings are pairs of lines, Korean then English, with slots: `{veg}` is the word itself; `{veg:을}` in Korean adds
 * the particle in the form that fits; in English `{veg:a}` adds the article and `{veg:s}` makes the plural.
 */
interface Word {
  ko: string;
  en: string;
  plural: string;
}
export type Row = Record<string, Word>;

interface Phrasing {
  ko: string;
  en: string;
}

export interface Topic {
  /** What a unit is about; every row becomes one unit. */
  about: Row[];
  /** Tables of which each unit gets one row, for what the passage tells beyond the question. */
  facts?: Row[][];
  ask: string;
  tell: string;
}

export interface Domain {
  name: string;
  topics: Record<string, Topic>;
}

const linesOf = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

const pluralOf = (noun: string) =>
  /[^aeiou]y$/.test(noun) ? `${noun.slice(0, -1)}ies` : /(s|x|ch|sh)$/.test(noun) ? `${noun}es` : `${noun}s`;

const articleFor = (phrase: string) => (/^([aeio]|u(?!ni|se))|^(hour|honest)/i.test(phrase) ? 'an' : 'a');

export function table(columns: string, text: string): Row[] {
  const names = columns.split(' ');
  return linesOf(text).map((line) => {
    const cells = line.split(' / ');
    if (cells.length !== names.length) throw new Error(`not ${names.length} cells: ${line}`);
    const words = cells.map((cell) => {
      const [ko, english, ...rest] = cell.split(' = ').map((side) => side.trim());
      if (!english || rest.length > 0) throw new Error(`not "Korean = English": ${cell}`);
      const [en, plural = pluralOf(en)] = english.split(' ~ ');
      return { ko, en, plural };
    });
    return Object.fromEntries(names.map((name, i) => [name, words[i]]));
  });
}

/** Every combination of one row of each table. */
export const cross = (...tables: Row[][]): Row[] =>
  tables.reduce((rows, table) => rows.flatMap((row) => table.map((other) => ({ ...row, ...other }))));

/** A particle written behind a slot instead of into it would keep one form for every word. */
const looseParticle = /\}(은|는|이|가|을|를|과|와|나|랑|로|으로|예요|이에요|라면|라도)(?=[ .,?])/;

function phrasingsOf(text: string): Phrasing[] {
  const lines = linesOf(text);
  if (lines.length % 2 !== 0) throw new Error(`a line lacks its translation: ${lines.at(-1)}`);
  const loose = lines.find((line) => looseParticle.test(line));
  if (loose) throw new Error(`a particle outside its slot: ${loose}`);
  return lines.flatMap((ko, i) => (i % 2 === 0 ? [{ ko, en: lines[i + 1] }] : []));
}

const slot = /\{(\w+)(?::([^}]+))?\}/g;

function wordIn(row: Row, name: string): Word {
  const word = row[name];
  if (!word) throw new Error(`no column "${name}" among ${Object.keys(row)}`);
  return word;
}

const fillKorean = (template: string, row: Row) =>
  template.replace(slot, (_, name: string, particle?: string) => {
    const { ko } = wordIn(row, name);
    return particle ? withParticle(ko, particle) : ko;
  });

const fillEnglish = (template: string, row: Row) =>
  template
    .replace(slot, (_, name: string, form?: string) => {
      const { en, plural } = wordIn(row, name);
      if (form === 's') return plural;
      if (form === 'a') return `${articleFor(en)} ${en}`;
      if (form) throw new Error(`no English form "${form}"`);
      return en;
    })
    .replace(/(^|[.?!] )([a-z])/g, (_, before: string, letter: string) => before + letter.toUpperCase());

export function* unitsOf({ name: domain, topics }: Domain): Generator<PairUnit> {
  for (const [topic, { about, facts = [], ask, tell }] of Object.entries(topics)) {
    const asked = phrasingsOf(ask);
    const told = phrasingsOf(tell);
    for (const [i, subject] of about.entries()) {
      const key = `${topic} ${Object.values(subject).map((word) => word.ko)}`;
      const row = Object.assign(
        {},
        subject,
        ...facts.map((rows, fact) => choose(rows, `${key} fact ${fact}`)),
      );
      const question = choose(asked, `${key} ask`);
      const answer = choose(told, `${key} tell`);
      yield {
        id: `${domain}-${topic}-${String(i + 1).padStart(3, '0')}`,
        source: 'isogloss-sample',
        attributes: { domain, topic },
        kind: 'PAIR',
        query: {
          ko: reworded(fillKorean(question.ko, row), 'ko', `${key} ko`),
          en: reworded(fillEnglish(question.en, row), 'en', `${key} en`),
        },
        passage: { ko: fillKorean(answer.ko, row), en: fillEnglish(answer.en, row) },
      };
    }
  }
}
