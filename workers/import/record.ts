import { language as languageSchema } from '#src/recipes/composition.ts';
import { LANGUAGES, NAME_BYTES } from './limits.ts';
import { type Place, refuse } from './place.ts';

export type JsonRecord = Record<string, unknown>;

/** One line as a JSON object. Its fields are to be read with `field`, never with a dot: the names are the file's. */
export function parseRecord(text: string, place: Place): JsonRecord {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (text.includes('\0')) throw refuse(place, 'holds a NUL (U+0000); remove it');
    const position = /at position (\d+)/.exec((error as Error).message)?.[1];
    const where = position === undefined ? '' : ` (character ${Number(position) + 1})`;
    throw refuse(place, `is not JSON${where}; write one JSON object per line`);
  }
  if (!isObject(value))
    throw refuse(place, `is ${describe(value)}, not an object; write one JSON object per line`);
  return value;
}

export const isObject = (value: unknown): value is JsonRecord =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** An own field of a record; `constructor` and the like, which every object inherits, are no fields. */
export const field = (record: JsonRecord, name: string): unknown =>
  Object.hasOwn(record, name) ? record[name] : undefined;

/** NFC without outer white space; undefined when nothing is left, which is how a language is absent. */
export function readText(value: unknown, name: string, place: Place): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string')
    throw refuse(place, `${quote(name)} is ${describe(value)}, not a string; write texts as strings`);
  checkCharacters(value, name, place);
  return value.normalize('NFC').trim() || undefined;
}

/**
 * An id or a name: a string kept as it is, so that run files and qrels can name it byte by byte, or an integer,
 * which stands for its decimal digits. Undefined when absent, null or empty.
 */
export function readName(value: unknown, name: string, place: Place): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  if (typeof value !== 'string')
    throw refuse(place, `${quote(name)} is ${describe(value)}; write it as a string`);
  checkCharacters(value, name, place);
  if (CONTROL.test(value)) throw refuse(place, `${quote(name)} holds a control character; remove it`);
  if (value.length * 3 > NAME_BYTES && Buffer.byteLength(value) > NAME_BYTES)
    throw refuse(place, `${quote(name)} is longer than ${NAME_BYTES} bytes; shorten it`, 'LIMIT_EXCEEDED');
  return value;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f]/;

/** Postgres stores no NUL and UTF-8 has no lone surrogate; JSON can write both as \u escapes. */
export function checkCharacters(text: string, name: string, place: Place) {
  if (text.includes('\0')) throw refuse(place, `${quote(name)} holds a NUL (U+0000); remove it`);
  if (!text.isWellFormed())
    throw refuse(place, `${quote(name)} holds half of a surrogate pair; write the whole character`);
}

/** Checks tags against the platform's rule, once each, and bounds how many there are. */
export function languageCheck() {
  const known = new Set<string>();
  return (tag: string, name: string, place: Place) => {
    if (known.has(tag)) return;
    if (!languageSchema.safeParse(tag).success)
      throw refuse(
        place,
        `${quote(tag)} in ${quote(name)} is no language; use a BCP 47 tag such as "ko" or "en"`,
      );
    if (known.size === LANGUAGES)
      throw refuse(place, `is of one more than ${LANGUAGES} languages; split the corpus`, 'LIMIT_EXCEEDED');
    known.add(tag);
  };
}

/** What a value is, for messages. */
export function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** A name out of a file, as JSON writes it and cut short: it may be hostile or huge. */
export const quote = (name: string) => JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name);
