import type { Texts, Unit } from '#src/corpora/unit.ts';
import { readAttributes } from './attributes.ts';
import { type Place, refuse } from './place.ts';
import { describe, field, type JsonRecord, quote, readName, readText } from './record.ts';

/**
 * Why a record that is well-formed becomes no unit. EMPTY: no text in any language. INCOMPLETE: a pair without a
 * query or without a passage, a paraphrase without one of its texts. DUPLICATE: the texts of an earlier unit.
 */
export type DropReason = 'EMPTY' | 'INCOMPLETE' | 'DUPLICATE';

export interface Drop {
  id: string;
  dropped: DropReason;
}

export type ReadUnit = (record: JsonRecord, place: Place) => Unit | Drop;

/** Fields that hold what all kinds of units have. */
export interface BaseFields {
  id: string;
  doc: string;
  source: string;
}

/** What a unit is beside its texts; fields that are neither these nor in `taken` become attributes. */
export function readBase(record: JsonRecord, fields: BaseFields, taken: ReadonlySet<string>, place: Place) {
  const id = readName(field(record, fields.id), fields.id, place);
  if (id === undefined)
    throw refuse(
      place,
      `has no ${quote(fields.id)}; give every record an id of its own, a string or an integer, or name its field with mapping.id`,
    );
  return {
    id,
    doc: readName(field(record, fields.doc), fields.doc, place),
    source: readName(field(record, fields.source), fields.source, place),
    attributes: readAttributes(record, taken, place),
  };
}

export type Base = ReturnType<typeof readBase>;

export function segment(base: Base, texts: Texts): Unit | Drop {
  return isEmpty(texts) ? { id: base.id, dropped: 'EMPTY' } : { ...base, kind: 'SEGMENT', texts };
}

export function pair(
  base: Base,
  query: Texts,
  passage: Texts,
  negatives: Record<string, string[]>,
): Unit | Drop {
  if (isEmpty(query) && isEmpty(passage)) return { id: base.id, dropped: 'EMPTY' };
  if (isEmpty(query) || isEmpty(passage)) return { id: base.id, dropped: 'INCOMPLETE' };
  return { ...base, kind: 'PAIR', query, passage, negatives: isEmpty(negatives) ? undefined : negatives };
}

export function paraphrase(
  base: Base,
  language: string,
  first: string | undefined,
  second: string | undefined,
): Unit | Drop {
  if (first === undefined && second === undefined) return { id: base.id, dropped: 'EMPTY' };
  if (first === undefined || second === undefined) return { id: base.id, dropped: 'INCOMPLETE' };
  return { ...base, kind: 'PARAPHRASE', language, paraphrases: [first, second] };
}

/** Negatives of one language: an array of texts, or one text. Empty ones are left out; undefined when none is left. */
export function readNegatives(value: unknown, name: string, place: Place): string[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string' && !Array.isArray(value))
    throw refuse(place, `${quote(name)} is ${describe(value)}, not an array of texts; write ["...", "..."]`);
  const texts = [value]
    .flat()
    .map((text, i) => readText(text, `${name}[${i}]`, place))
    .filter((text) => text !== undefined);
  return texts.length > 0 ? texts : undefined;
}

const isEmpty = (texts: object) => {
  for (const _ in texts) return false;
  return true;
};

/** A unit's line in two halves: what identifies it, and what it says. Units of one content are duplicates. */
export function unitLine({ id, doc, source, attributes, ...content }: Unit): {
  head: string;
  content: string;
} {
  const head = JSON.stringify({ id, doc, source, attributes });
  return { head: `${head.slice(0, -1)},`, content: JSON.stringify(content).slice(1) };
}
