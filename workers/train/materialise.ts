/**
 * From a composition to the pairs that training draws from, and the artifact that records them. The corpora are
 * immutable and named by digest, so the artifact names units and does not repeat their texts.
 */
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { linesOfFile } from '#src/corpora/lines.ts';
import type { Unit } from '#src/corpora/unit.ts';
import { textsOf } from '#src/corpora/unit.ts';
import { badInput } from '#src/errors.ts';
import type { Component, Composition } from '#src/recipes/composition.ts';
import { type Row, select } from './pairs.ts';

/**
 * The rows of one component. Row i asks query `anchors[i]`, is answered by any of `positives` from positiveStarts[i]
 * to positiveStarts[i + 1], and has for hard negatives those of `negatives` from negativeStarts[i] on. `units` and
 * `positiveUnits` are numbers that two texts share exactly if they belong to one unit of one corpus.
 */
export interface PairSet {
  rows: number;
  units: Int32Array;
  anchors: Int32Array;
  positiveStarts: Int32Array;
  positives: Int32Array;
  positiveUnits: Int32Array;
  negativeStarts: Int32Array;
  negatives: Int32Array;
}

export interface Materialised {
  /** One for each component, in order. */
  sets: PairSet[];
  /** Texts that are asked, and texts that are searched. */
  queries: string[];
  passages: string[];
  /** Digest of the corpus and id of the unit, by the unit's number. */
  units: { corpus: string; id: string }[];
}

/** How a component is called in messages and metadata, e.g. `TRANSLATION ko-en`. */
export const nameOf = ({ pairing, queryLang, positiveLang }: Component) =>
  `${pairing} ${queryLang}-${positiveLang}`;

/** Numbers distinct strings in order of appearance. */
function numbering() {
  const numbers = new Map<string, number>();
  return {
    strings: () => [...numbers.keys()],
    of(text: string) {
      const known = numbers.get(text);
      if (known !== undefined) return known;
      numbers.set(text, numbers.size);
      return numbers.size - 1;
    },
  };
}

async function* readUnits(path: string): AsyncGenerator<Unit> {
  for await (const line of linesOfFile(path)) yield JSON.parse(line) as Unit;
}

/** Collects rows; numbers are kept in plain arrays until all are known. */
function collector(
  unitNumber: (id: string) => number,
  query: (t: string) => number,
  passage: (t: string) => number,
) {
  const units: number[] = [];
  const anchors: number[] = [];
  const positiveStarts = [0];
  const positives: number[] = [];
  const positiveUnits: number[] = [];
  const negativeStarts = [0];
  const negatives: number[] = [];
  return {
    add(row: Row) {
      units.push(unitNumber(row.unit));
      anchors.push(query(row.anchor));
      for (const text of row.positives) positives.push(passage(text));
      for (const id of row.positiveUnits) positiveUnits.push(unitNumber(id));
      for (const text of row.negatives) negatives.push(passage(text));
      positiveStarts.push(positives.length);
      negativeStarts.push(negatives.length);
    },
    done: (): PairSet => ({
      rows: units.length,
      units: Int32Array.from(units),
      anchors: Int32Array.from(anchors),
      positiveStarts: Int32Array.from(positiveStarts),
      positives: Int32Array.from(positives),
      positiveUnits: Int32Array.from(positiveUnits),
      negativeStarts: Int32Array.from(negativeStarts),
      negatives: Int32Array.from(negatives),
    }),
  };
}

/**
 * @param corpora path of the normalised JSONL file for each digest
 * @param file where the artifact is written: a line with the composition, then for every row `[component, unit]`, or
 *   `[component, unit, [neighbour units]]`
 */
export async function materialise(
  composition: Composition,
  corpora: ReadonlyMap<string, string>,
  file: string,
  signal: AbortSignal,
): Promise<Materialised> {
  const { components } = composition;
  const selections = components.map((c, i) => select(c, `composition.components[${i}]`));
  const queries = numbering();
  const passages = numbering();
  const units = numbering();
  const collectors = components.map(({ corpus }) =>
    collector((id) => units.of(`${corpus} ${id}`), queries.of, passages.of),
  );
  const lines: string[][] = components.map(() => []);
  const take = (at: number, rows: Row[]) => {
    for (const row of rows) {
      collectors[at].add(row);
      const own = row.positiveUnits.length === 1 && row.positiveUnits[0] === row.unit;
      lines[at].push(JSON.stringify(own ? [at, row.unit] : [at, row.unit, row.positiveUnits]));
    }
  };

  for (const digest of new Set(components.map((c) => c.corpus))) {
    const path = corpora.get(digest);
    if (!path) throw new Error(`corpus ${digest} is no input of this run`);
    const mine = components.flatMap((c, at) => (c.corpus === digest ? [at] : []));
    const languages = new Set<string>();
    for await (const unit of readUnits(path)) {
      signal.throwIfAborted();
      for (const { language } of textsOf(unit)) languages.add(language);
      for (const at of mine) take(at, selections[at].add(unit));
    }
    for (const at of mine) {
      take(at, selections[at].flush());
      requireLanguages(components[at], at, languages);
    }
  }

  const sets = collectors.map((c) => c.done());
  sets.forEach(({ rows }, at) => {
    if (rows === 0)
      throw badInput(
        `composition.components[${at}]`,
        `component ${at + 1} (${nameOf(components[at])}) selects no pair: its corpus has no unit of that kind with both texts`,
      );
  });
  const out = createWriteStream(file);
  out.write(`${JSON.stringify({ composition, rows: sets.map((s) => s.rows) })}\n`);
  for (const block of lines) for (const line of block) out.write(`${line}\n`);
  out.end();
  await finished(out);
  return {
    sets,
    queries: queries.strings(),
    passages: passages.strings(),
    units: units.strings().map((name) => ({ corpus: name.slice(0, 64), id: name.slice(65) })),
  };
}

function requireLanguages(component: Component, at: number, languages: ReadonlySet<string>) {
  const asked: [field: string, language: string][] = [
    ['queryLang', component.queryLang],
    ['positiveLang', component.positiveLang],
    ...(component.negativeLangs ?? []).map((l, i): [string, string] => [`negativeLangs[${i}]`, l]),
  ];
  for (const [field, language] of asked) {
    if (languages.has(language)) continue;
    throw badInput(
      `composition.components[${at}].${field}`,
      `component ${at + 1} (${nameOf(component)}) asks for "${language}", but its corpus has only ${[...languages].sort().join(', ')}`,
    );
  }
}
