import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';

/** RFC 8785 (JCS): one byte sequence per JSON value, so that equal recipes have equal hashes in every language. */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('value has no JSON form');
  return text;
}

/** Hex SHA-256 of bytes or of a string's UTF-8. */
export const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex');
