import { ENTRIES } from './limits.ts';
import { byCodePoint } from './order.ts';
import { type Place, refuse } from './place.ts';
import { quote } from './record.ts';
import type { Span, Spool } from './spool.ts';

/** A query or document in one language, and where it was first read. */
export interface Entry extends Span, Place {
  /** The file that named it last: twice by one file is a repeated id, by two the same entry in two directions. */
  seenIn: string;
  /** Whether some judgement names it. */
  judged: boolean;
}

export interface SortedEntry {
  id: string;
  entry: Entry;
}

/** All queries, or all documents, of a benchmark: by language, then by id; their normalised lines are in the spool. */
export function entryTable(spool: Spool) {
  const byLanguage = new Map<string, Map<string, Entry>>();
  let size = 0;

  return {
    size: (language: string) => byLanguage.get(language)?.size ?? 0,
    /** Throws UserError when the id stands in this file already, or in another one with another text. */
    add(language: string, id: string, text: string, place: Place) {
      const entries = byLanguage.get(language) ?? new Map<string, Entry>();
      byLanguage.set(language, entries);
      const known = entries.get(id);
      if (known === undefined) {
        if (++size > ENTRIES)
          throw refuse(place, `is one more than ${ENTRIES} entries; split the benchmark`, 'LIMIT_EXCEEDED');
        entries.set(id, { ...spool.add(text), ...place, seenIn: place.file, judged: false });
      } else if (known.seenIn === place.file) {
        throw refuse(
          place,
          `has the id ${quote(id)}, which the file has already; give every record an id of its own`,
        );
      } else if (spool.read(known) !== text) {
        throw refuse(
          place,
          `${quote(id)} is not what it is in ${known.file} line ${known.line}; give an id the same text in every direction`,
        );
      } else {
        known.seenIn = place.file;
      }
    },
    /** Leaves a language out. */
    forget(language: string) {
      size -= byLanguage.get(language)?.size ?? 0;
      byLanguage.delete(language);
    },
    /** The entry of an id that the file named last holds. */
    find(language: string, id: string, file: string): Entry | undefined {
      const entry = byLanguage.get(language)?.get(id);
      return entry?.seenIn === file ? entry : undefined;
    },
    /** By id, then language, both by code point. */
    *sorted(): Generator<SortedEntry> {
      const tables = [...byLanguage].sort(([a], [b]) => byCodePoint(a, b)).map(([, entries]) => entries);
      const ids = tables.flatMap((entries) => [...entries.keys()]).sort(byCodePoint);
      for (const [i, id] of ids.entries()) {
        if (id === ids[i - 1]) continue;
        for (const entries of tables) {
          const entry = entries.get(id);
          if (entry) yield { id, entry };
        }
      }
    },
  };
}
export type EntryTable = ReturnType<typeof entryTable>;
