import { setImmediate as turn } from 'node:timers/promises';
import type { Database, Sql } from '#src/database/client.ts';
import {
  type InvertedIndex,
  keyOf,
  type LanguageTotals,
  postingsTable,
  readIndex,
} from './inverted-index.ts';
import { openPostings, type Postings } from './postings.ts';
import { terms } from './words.ts';

/** Texts read at a time: between two of these others are served, the embedded database being one thread for all. */
const batchTexts = 500;
/** Characters taken apart, in some 150 ms, before whoever else runs in this process gets a turn: leases, requests. */
const turnCharacters = 2 ** 20;
/** Texts whose postings are held in memory, some 100 MB, before they are written as a segment. */
const usualSegment = 100_000;
/** A statement's rows and bytes of postings. */
const batchRows = 2000;
const batchBytes = 2 ** 20;

const building = new WeakMap<object, Map<number, Promise<InvertedIndex>>>();

/** The index of a set, built where there is none yet; one build at a time in a process. */
export async function invertedIndex(db: Database, set: number): Promise<InvertedIndex> {
  const found = await readIndex(db.pool, set);
  if (found) return found;
  const builds = building.get(db.pool) ?? new Map<number, Promise<InvertedIndex>>();
  building.set(db.pool, builds);
  const going = builds.get(set) ?? buildInvertedIndex(db, set).finally(() => builds.delete(set));
  builds.set(set, going);
  return going;
}

/**
 * Takes in the texts of a set, in short transactions under an index that no search uses until it is ready. Two
 * processes may build at once: the first that is ready stands, and takes from the other what it writes to.
 */
export async function buildInvertedIndex(
  db: Database,
  set: number,
  segmentTexts = usualSegment,
): Promise<InvertedIndex> {
  const index = await begin(db, set);
  try {
    const languages: Record<string, LanguageTotals> = {};
    let segment = openSegment();
    let number = 0;
    let size = 0;
    let characters = 0;
    for await (const { ordinal, language, text } of textsOf(db.pool, set)) {
      const length = segment.add(ordinal, language, text);
      const totals = Object.hasOwn(languages, language) ? languages[language] : { texts: 0, length: 0 };
      languages[language] = { texts: totals.texts + 1, length: totals.length + length };
      size = ordinal + 1;
      characters += text.length;
      if (characters > turnCharacters) {
        characters = 0;
        await turn();
      }
      if (segment.texts < segmentTexts) continue;
      await writeSegment(db.pool, index, number++, segment);
      segment = openSegment();
    }
    await writeSegment(db.pool, index, number, segment);
    await db.pool.query(`ANALYZE ${postingsTable(index)}`);
    await publish(db, set, { id: index, languages, size });
  } catch (error) {
    await db.pool.query('DELETE FROM inverted_index WHERE id = $1', [index]).catch(() => {});
    if (!(await readIndex(db.pool, set))) throw error;
  }
  return (await readIndex(db.pool, set))!;
}

const begin = (db: Database, set: number): Promise<number> =>
  db.transaction(async (tx) => {
    const { rows } = await tx.query('INSERT INTO inverted_index (set_id) VALUES ($1) RETURNING id', [set]);
    const { id } = rows[0];
    // Identifiers and the partition bound cannot be parameters; both are integers of our own.
    await tx.query(`CREATE TABLE ${postingsTable(id)} PARTITION OF posting FOR VALUES IN (${id})`);
    return id;
  });

/** What other builds of this set have come to goes, whether they were cut off or are still at it. */
const publish = (db: Database, set: number, { id, languages, size }: InvertedIndex) =>
  db.transaction(async (tx) => {
    await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`inverted index ${set}`]);
    const { rows } = await tx.query('SELECT id FROM inverted_index WHERE set_id = $1 AND ready', [set]);
    await tx.query('DELETE FROM inverted_index WHERE set_id = $1 AND id <> $2', [set, rows[0]?.id ?? id]);
    if (!rows.length)
      await tx.query('UPDATE inverted_index SET ready = true, languages = $2, size = $3 WHERE id = $1', [
        id,
        JSON.stringify(languages),
        size,
      ]);
  });

/** In ascending order. */
async function* textsOf(sql: Sql, set: number) {
  const { rows: sets } = await sql.query('SELECT collection_id FROM embedding_set WHERE id = $1', [set]);
  const collection = sets[0].collection_id;
  for (let last = -1; ; ) {
    const { rows } = await sql.query(
      `SELECT ordinal, t.language, t.text
       FROM (SELECT ordinal FROM embedding WHERE set_id = $1 AND ordinal > $3 ORDER BY ordinal LIMIT ${batchTexts}) e
       JOIN text t USING (ordinal) WHERE t.collection_id = $2 ORDER BY ordinal`,
      [set, collection, last],
    );
    if (!rows.length) return;
    yield* rows as { ordinal: number; language: string; text: string }[];
    last = rows.at(-1)!.ordinal;
  }
}

interface Segment {
  /** Returns how many terms the text has. */
  add(ordinal: number, language: string, text: string): number;
  readonly texts: number;
  /** By language, then term. */
  lists: Map<string, Map<string, Postings>>;
}

function openSegment(): Segment {
  const lists: Segment['lists'] = new Map();
  let texts = 0;
  return {
    lists,
    get texts() {
      return texts;
    },
    add(ordinal, language, text) {
      const found = terms(text);
      const frequencies = new Map<string, number>();
      for (const term of found) frequencies.set(term, (frequencies.get(term) ?? 0) + 1);
      const ofLanguage = lists.get(language) ?? new Map<string, Postings>();
      lists.set(language, ofLanguage);
      for (const [term, frequency] of frequencies) {
        const key = keyOf(term);
        let postings = ofLanguage.get(key);
        if (!postings) {
          postings = openPostings();
          ofLanguage.set(key, postings);
        }
        postings.add(ordinal, frequency, found.length);
      }
      texts++;
      return found.length;
    },
  };
}

async function writeSegment(sql: Sql, index: number, segment: number, { lists }: Segment) {
  for (const [language, ofLanguage] of lists) {
    let [keys, counts, bytes, held] = [[] as string[], [] as number[], [] as Uint8Array[], 0];
    const write = () =>
      sql.query(
        `INSERT INTO ${postingsTable(index)} (index_id, language, segment, term, documents, list)
         SELECT $1, $2, $3, * FROM unnest($4::text[], $5::int[], $6::bytea[])`,
        [index, language, segment, keys, counts, bytes],
      );
    for (const [key, postings] of ofLanguage) {
      const list = postings.bytes();
      keys.push(key);
      counts.push(postings.texts);
      bytes.push(Buffer.from(list.buffer, list.byteOffset, list.byteLength));
      held += list.byteLength;
      if (keys.length < batchRows && held < batchBytes) continue;
      await write();
      [keys, counts, bytes, held] = [[], [], [], 0];
    }
    if (keys.length) await write();
  }
}
