import { checkMapping, type Mapping } from '#src/corpora/mapping.ts';
import type { Place } from './place.ts';
import { field, type JsonRecord, languageCheck, readText } from './record.ts';
import { pair, paraphrase, type ReadUnit, readBase, readNegatives, segment } from './units.ts';

type Fields = NonNullable<Mapping['texts']>;

/** A reader of records by named fields, and the fields it was told of that no record has had so far. */
export interface MappedReader {
  read: ReadUnit;
  unseen(): string[];
}

/** Throws UserError when the mapping does not say one kind of unit, each language and field once. */
export function mappedReader(mapping: Mapping): MappedReader {
  checkMapping(mapping);
  const { texts, query, passage, negatives = [], paraphrase: couple } = mapping;
  const base = { id: mapping.id, doc: mapping.doc ?? 'doc', source: mapping.source ?? 'source' };
  const named = namedFields(mapping);
  const taken = new Set([...Object.values(base), ...named]);
  const unseen = new Set(named);
  const checkLanguage = languageCheck();

  const byLanguage = (fields: Fields = []) => {
    const inOrder = fields.toSorted((a, b) => (a.language < b.language ? -1 : 1));
    return (record: JsonRecord, place: Place) => {
      const found: Record<string, string> = {};
      for (const { language, field: name } of inOrder) {
        const text = readText(field(record, name), name, place);
        if (text !== undefined) found[language] = text;
      }
      return found;
    };
  };
  const [textsOf, queryOf, passageOf] = [byLanguage(texts), byLanguage(query), byLanguage(passage)];

  /** A language may have several fields of negatives: their texts follow one another in the mapping's order. */
  const negativesOf = (record: JsonRecord, place: Place) => {
    const found: Record<string, string[]> = {};
    for (const { language, field: name } of negatives.toSorted((a, b) =>
      a.language < b.language ? -1 : 1,
    )) {
      const read = readNegatives(field(record, name), name, place);
      if (read) found[language] = [...(found[language] ?? []), ...read];
    }
    return found;
  };

  function read(record: JsonRecord, place: Place) {
    for (const name of unseen) if (Object.hasOwn(record, name)) unseen.delete(name);
    const own = readBase(record, base, taken, place);
    if (texts) return segment(own, textsOf(record, place));
    if (query) return pair(own, queryOf(record, place), passageOf(record, place), negativesOf(record, place));
    const { language, first, second } = couple!;
    const tag = readText(field(record, language), language, place) ?? '';
    checkLanguage(tag, language, place);
    return paraphrase(
      own,
      tag,
      readText(field(record, first), first, place),
      readText(field(record, second), second, place),
    );
  }
  return { read, unseen: () => [...unseen] };
}

const namedFields = ({
  texts = [],
  query = [],
  passage = [],
  negatives = [],
  ...rest
}: Mapping): string[] => [
  ...[...texts, ...query, ...passage, ...negatives].map(({ field }) => field),
  ...Object.values(rest.paraphrase ?? {}),
  ...[rest.doc, rest.source].filter((name) => name !== undefined),
];
