import { ATTRIBUTES_BYTES, ATTRIBUTES_DEPTH } from './limits.ts';
import { type Place, refuse } from './place.ts';
import { checkCharacters, describe, field, isObject, type JsonRecord, quote } from './record.ts';

/**
 * What a record carries beside the fields in `taken`: a sorted copy, so that the order in which a file wrote its keys
 * does not change the corpus' digest. An object named `attributes` is opened, as the normalised form has it.
 * Copies are made by Object.fromEntries, which defines properties: a key `__proto__` is data like any other.
 */
export function readAttributes(
  record: JsonRecord,
  taken: ReadonlySet<string>,
  place: Place,
): JsonRecord | undefined {
  const nested = field(record, 'attributes');
  const opens = isObject(nested);
  const entries: [string, unknown][] = opens ? Object.entries(nested) : [];
  for (const name of Object.keys(record)) {
    if (taken.has(name) || (opens && name === 'attributes')) continue;
    if (opens && Object.hasOwn(nested, name))
      throw refuse(place, `${quote(name)} stands in the record and in its attributes; keep one`);
    entries.push([name, record[name]]);
  }
  if (entries.length === 0) return undefined;
  const attributes = sorted(entries, 1, '', place);
  if (JSON.stringify(attributes).length > ATTRIBUTES_BYTES)
    throw refuse(
      place,
      `the fields beside the texts are larger than ${ATTRIBUTES_BYTES} bytes; leave the large ones out`,
      'LIMIT_EXCEEDED',
    );
  return attributes;
}

function sorted(entries: [string, unknown][], depth: number, path: string, place: Place): JsonRecord {
  return Object.fromEntries(
    entries
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => {
        checkCharacters(name, name, place);
        return [name, checked(value, depth, path === '' ? name : `${path}.${name}`, place)];
      }),
  );
}

function checked(value: unknown, depth: number, path: string, place: Place): unknown {
  if (typeof value === 'string') checkCharacters(value, path, place);
  // JSON.parse rounds what a double cannot hold; a rounded id or an Infinity written back as null is another value.
  if (
    typeof value === 'number' &&
    (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value)))
  )
    throw refuse(place, `${quote(path)} is a number that is not kept exactly; write it as a string`);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === ATTRIBUTES_DEPTH)
    throw refuse(
      place,
      `${quote(path)} is ${describe(value)} nested deeper than ${ATTRIBUTES_DEPTH} levels; flatten it`,
      'LIMIT_EXCEEDED',
    );
  if (Array.isArray(value)) return value.map((item, i) => checked(item, depth + 1, `${path}[${i}]`, place));
  return sorted(Object.entries(value), depth + 1, path, place);
}
