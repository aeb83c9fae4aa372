/**
 * What a component of a composition selects from its corpus. Texts are numbered once per side of the encoder: what
 * is asked (`queries`) and what is searched (`passages`), because prompts and lengths differ between the two.
 */

import type { Unit } from '#src/corpora/unit.ts';
import { badInput } from '#src/errors.ts';
import type { Component } from '#src/recipes/composition.ts';

/** One row of training data: an anchor and its positives, of which a batch takes one, and its own hard negatives. */
export interface Row {
  /** Id of the anchor's unit. */
  unit: string;
  anchor: string;
  /** For every positive the id of its unit, which is the anchor's own except for NEIGHBOUR. */
  positiveUnits: string[];
  positives: string[];
  negatives: string[];
}

/** How far a NEIGHBOUR may stand from its anchor. */
const reach = 4;

/**
 * The rows that one component selects, given the units of its corpus in file order. `flush` gives those that were
 * waiting for the end of their document.
 */
export interface Selection {
  add(unit: Unit): Row[];
  flush(): Row[];
}

const alone = (select: (unit: Unit) => Row | null): Selection => ({
  add: (unit) => {
    const row = select(unit);
    return row ? [row] : [];
  },
  flush: () => [],
});

function row(unit: Unit, anchor: string | undefined, positive: string | undefined, negatives: string[] = []) {
  if (anchor === undefined || positive === undefined) return null;
  return { unit: unit.id, anchor, positiveUnits: [unit.id], positives: [positive], negatives };
}

function neighbours({ queryLang, positiveLang }: Component): Selection {
  let open: { doc: string; row: Row; seen: number }[] = [];
  const rowsOf = (entries: typeof open) => entries.map((e) => e.row).filter((r) => r.positives.length > 0);
  return {
    add(unit) {
      if (unit.kind !== 'SEGMENT' || unit.doc === undefined) return [];
      const { doc, id, texts } = unit;
      const closed = open.filter((e) => e.doc !== doc || e.seen === reach);
      open = open.filter((e) => e.doc === doc && e.seen < reach);
      for (const entry of open) {
        entry.seen++;
        if (texts[positiveLang] === undefined) continue;
        entry.row.positives.push(texts[positiveLang]);
        entry.row.positiveUnits.push(id);
      }
      if (texts[queryLang] !== undefined)
        open.push({
          doc,
          seen: 0,
          row: { unit: id, anchor: texts[queryLang], positiveUnits: [], positives: [], negatives: [] },
        });
      return rowsOf(closed);
    },
    flush() {
      const rows = rowsOf(open);
      open = [];
      return rows;
    },
  };
}

export function select(component: Component, path: string): Selection {
  const { pairing, queryLang, positiveLang, negativeLangs = [] } = component;
  if (pairing === 'TRANSLATION' && queryLang === positiveLang)
    throw badInput(
      `${path}.positiveLang`,
      `TRANSLATION pairs two languages, but both are "${queryLang}"; choose another language or NEIGHBOUR`,
    );
  if (pairing === 'PARAPHRASE' && queryLang !== positiveLang)
    throw badInput(
      `${path}.positiveLang`,
      `PARAPHRASE pairs two texts of one language, but "${queryLang}" and "${positiveLang}" were given; make them equal`,
    );
  if (negativeLangs.length > 0 && pairing !== 'PASSAGE')
    throw badInput(
      `${path}.negativeLangs`,
      `only PASSAGE has hard negatives, but pairing is ${pairing}; leave negativeLangs away`,
    );
  switch (pairing) {
    case 'PASSAGE':
      return alone((unit) =>
        unit.kind !== 'PAIR'
          ? null
          : row(
              unit,
              unit.query[queryLang],
              unit.passage[positiveLang],
              negativeLangs.flatMap((language) => unit.negatives?.[language] ?? []),
            ),
      );
    case 'TRANSLATION':
      return alone((unit) =>
        unit.kind === 'SEGMENT' ? row(unit, unit.texts[queryLang], unit.texts[positiveLang]) : null,
      );
    case 'PARAPHRASE':
      return alone((unit) =>
        unit.kind === 'PARAPHRASE' && unit.language === queryLang
          ? row(unit, unit.paraphrases[0], unit.paraphrases[1])
          : null,
      );
    case 'NEIGHBOUR':
      return neighbours(component);
  }
}
