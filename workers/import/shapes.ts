import { type Unit, unitKinds } from '#src/corpora/unit.ts';
import { language as languageSchema } from '#src/recipes/composition.ts';
import { type Place, refuse } from './place.ts';
import { describe, field, isObject, type JsonRecord, languageCheck, quote, readText } from './record.ts';
import { type Base, pair, paraphrase, type ReadUnit, readBase, readNegatives, segment } from './units.ts';

const baseFields = { id: 'id', doc: 'doc', source: 'source' };

/** A shape is known by its `fields`; `language` and `paraphrases` are how the normalised form writes a paraphrase. */
interface Shape {
  kind: Unit['kind'];
  fields: string[];
  optional: string[];
  read(record: JsonRecord, base: Base, place: Place): ReturnType<ReadUnit>;
}

/**
 * Reads a record by its own shape. Flat records such as `{id, ko, en}` are not guessed at: `id` and `tr` are language
 * tags too (Indonesian, Turkish), and a corpus with a field `"tr": "human"`, translated by people, would silently be
 * Turkish as well. The error names a mapping to copy instead.
 */
export function shapedReader(): ReadUnit {
  const checkLanguage = languageCheck();

  /** An object of language and value, languages in code-point order, those with nothing to say left out. */
  function byLanguage<T>(
    record: JsonRecord,
    name: string,
    place: Place,
    read: (value: unknown, name: string, place: Place) => T | undefined,
  ): Record<string, T> {
    const value = field(record, name) ?? {};
    if (!isObject(value))
      throw refuse(
        place,
        `${quote(name)} is ${describe(value)}, not an object of language and text; give a mapping that says its language`,
      );
    const found: Record<string, T> = {};
    for (const tag of Object.keys(value).sort()) {
      checkLanguage(tag, name, place);
      const item = read(value[tag], `${name}.${tag}`, place);
      if (item !== undefined) found[tag] = item;
    }
    return found;
  }

  const ofLanguage = (record: JsonRecord, name: string, place: Place) => {
    const tag = readText(field(record, name), name, place) ?? '';
    checkLanguage(tag, name, place);
    return tag;
  };

  const shapes: Shape[] = [
    {
      kind: 'SEGMENT',
      fields: ['texts'],
      optional: [],
      read: (record, base, place) => segment(base, byLanguage(record, 'texts', place, readText)),
    },
    {
      kind: 'PAIR',
      fields: ['query', 'passage'],
      optional: ['negatives'],
      read: (record, base, place) =>
        pair(
          base,
          byLanguage(record, 'query', place, readText),
          byLanguage(record, 'passage', place, readText),
          byLanguage(record, 'negatives', place, readNegatives),
        ),
    },
    {
      kind: 'PARAPHRASE',
      fields: ['lang', 'a', 'b'],
      optional: [],
      read: (record, base, place) =>
        paraphrase(
          base,
          ofLanguage(record, 'lang', place),
          readText(field(record, 'a'), 'a', place),
          readText(field(record, 'b'), 'b', place),
        ),
    },
    {
      kind: 'PARAPHRASE',
      fields: ['language', 'paraphrases'],
      optional: [],
      read(record, base, place) {
        const two = field(record, 'paraphrases');
        if (!Array.isArray(two) || two.length !== 2)
          throw refuse(place, '"paraphrases" is not an array of two texts; write ["...", "..."]');
        return paraphrase(
          base,
          ofLanguage(record, 'language', place),
          readText(two[0], 'paraphrases[0]', place),
          readText(two[1], 'paraphrases[1]', place),
        );
      },
    },
  ];
  const taken = new Map(
    shapes.map((shape) => [
      shape,
      new Set([...Object.values(baseFields), ...shape.fields, ...shape.optional]),
    ]),
  );
  const takenWithKind = new Map([...taken].map(([shape, names]) => [shape, new Set([...names, 'kind'])]));

  return (record, place) => {
    const fitting = shapes.filter((shape) => shape.fields.every((name) => Object.hasOwn(record, name)));
    if (fitting.length !== 1) throw unrecognised(record, fitting, place);
    const [shape] = fitting;
    // `kind` is the normalised form's, and a field like any other where it says something else.
    const kind = field(record, 'kind');
    if (kind !== shape.kind && (unitKinds as readonly unknown[]).includes(kind))
      throw refuse(
        place,
        `says it is a ${kind} and has the fields of a ${shape.kind}; mend or remove "kind"`,
      );
    const names = (kind === shape.kind ? takenWithKind : taken).get(shape)!;
    return shape.read(record, readBase(record, baseFields, names, place), place);
  };
}

function unrecognised(record: JsonRecord, fitting: Shape[], place: Place) {
  if (fitting.length > 1) {
    const readings = fitting.map((shape) => `{${shape.fields.join(', ')}}`).join(' or ');
    return refuse(place, `can be read as ${readings}; give a mapping that says which fields are meant`);
  }
  const example = exampleMapping(record);
  return refuse(
    place,
    `is none of {id, texts}, {id, query, passage} and {id, lang, a, b}; give a mapping that names its text fields` +
      (example ? `, such as ${JSON.stringify(example)}` : ''),
  );
}

/** A mapping that would read this record, where its fields are named after languages: `ko`, or `q_ko` with `p_ko`. */
function exampleMapping(record: JsonRecord) {
  const fieldsAfter = (prefix: string) =>
    Object.keys(record)
      .filter((name) => name.startsWith(prefix) && typeof record[name] === 'string')
      .map((name) => ({ language: name.slice(prefix.length), field: name }))
      .filter(({ language, field }) => languageSchema.safeParse(language).success && !(field in baseFields))
      .slice(0, 4);
  const [query, passage, texts] = [fieldsAfter('q_'), fieldsAfter('p_'), fieldsAfter('')];
  if (query.length > 0 && passage.length > 0) return { query, passage };
  return texts.length > 0 ? { texts } : null;
}
