import { stat } from 'node:fs/promises';
import { fileInside, type TreeFile } from '#src/artifacts/tree.ts';
import { type BeirDirection, type BeirLayout, beirFiles } from '#src/benchmarks/beir.ts';
import type { Direction, DocumentEntry, QueryEntry } from '#src/benchmarks/entry.ts';
import type { Reporter } from '../job.ts';
import { type EntryTable, entryTable } from './entries.ts';
import { type Line, linesOf } from './lines.ts';
import { byCodePoint } from './order.ts';
import { type Place, refuse, refuseFile } from './place.ts';
import { type Judgement, readQrels } from './qrels.ts';
import { field, type JsonRecord, parseRecord, quote, readName, readText } from './record.ts';
import { openSource } from './source.ts';
import type { Spool } from './spool.ts';

/** The judgements of one direction, sorted by query, then document, by code point. */
export interface Judged extends Direction {
  rows: Judgement[];
}

export interface Beir {
  queries: EntryTable;
  documents: EntryTable;
  judged: Judged[];
  read: { queries: number; documents: number; qrels: number };
  warnings: string[];
  /** Every file that was read, with the SHA-256 of what was read. */
  tree: TreeFile[];
}

/** Reads all directions of a layout and checks that they agree with one another. */
export async function readBeir(
  folder: string,
  layout: BeirLayout,
  spool: Spool,
  report: Reporter,
  groupField?: string,
): Promise<Beir> {
  const queries = entryTable(spool);
  const documents = entryTable(spool);
  const read = { queries: 0, documents: 0, qrels: 0 };
  const tree: TreeFile[] = [];
  const judged: Judged[] = [];
  const empty = new Map<string, Place>();
  const groups = new Map<string, string>();
  const pools: { docLang: string; corpus: string; size: number }[] = [];
  const sizes = await Promise.all(
    beirFiles(layout).map(async (path) => (await stat(await fileInside(folder, path))).size),
  );
  const total = sizes.reduce((sum, size) => sum + size, 0);
  let done = 0;

  async function* linesIn(path: string): AsyncGenerator<Line[]> {
    const source = await openSource(await fileInside(folder, path), path);
    for await (const lines of linesOf(source.chunks, path)) {
      report.signal.throwIfAborted();
      yield lines;
      report.progress(done + source.read(), total, 'bytes');
    }
    done += source.size;
    tree.push({ path, sha256: source.digest() });
  }

  async function* recordsIn(path: string) {
    for await (const lines of linesIn(path))
      for (const { number: line, text } of lines) {
        const place = { file: path, line };
        const record = parseRecord(text, place);
        const name = Object.hasOwn(record, '_id') ? '_id' : 'id';
        const id = readName(field(record, name), name, place);
        if (id === undefined)
          throw refuse(place, 'has no "_id"; give every record an id of its own, a string or an integer');
        yield { place, id, record };
      }
  }

  async function readQueries({ queryLang: language, queries: path }: BeirDirection) {
    for await (const { place, id, record } of recordsIn(path)) {
      read.queries++;
      const text = readText(field(record, 'text'), 'text', place);
      if (text === undefined)
        throw refuse(place, `the query ${quote(id)} has no text; write one or remove the query`);
      const group = groupField === undefined ? undefined : groupOf(id, record, place);
      const entry: QueryEntry = { type: 'query', id, language, text, group };
      queries.add(language, id, JSON.stringify(entry), place);
    }
  }

  /** Translations are one query, and can stand in one group only. */
  function groupOf(id: string, record: JsonRecord, place: Place): string {
    const group = readName(field(record, groupField!), groupField!, place);
    if (group === undefined)
      throw refuse(place, `the query ${quote(id)} has no ${quote(groupField!)}; give every query its group`);
    const known = groups.get(id) ?? group;
    if (known !== group)
      throw refuse(
        place,
        `the query ${quote(id)} is in group ${quote(group)} here and in ${quote(known)} in another direction; give it one`,
      );
    groups.set(id, group);
    return group;
  }

  async function readDocuments({ docLang: language, corpus: path }: BeirDirection) {
    const before = read.documents;
    for await (const { place, id, record } of recordsIn(path)) {
      read.documents++;
      const title = readText(field(record, 'title'), 'title', place);
      const text = readText(field(record, 'text'), 'text', place) ?? '';
      const key = `${language} ${id}`;
      if (title === undefined && text === '' && !empty.has(key)) empty.set(key, place);
      const entry: DocumentEntry = { type: 'document', id, language, title, text };
      documents.add(language, id, JSON.stringify(entry), place);
    }
    pools.push({ docLang: language, corpus: path, size: read.documents - before });
  }

  async function readJudgements({ queryLang, docLang, ...files }: BeirDirection) {
    const rows: Judgement[] = [];
    for await (const row of readQrels(linesIn(files.qrels), files.qrels)) {
      const place = { file: files.qrels, line: row.line };
      const query = queries.find(queryLang, row.query, files.queries);
      if (!query)
        throw refuse(
          place,
          `the query ${quote(row.query)} is not in ${files.queries}; add it or remove the row`,
        );
      if (!documents.find(docLang, row.document, files.corpus))
        throw refuse(
          place,
          `the document ${quote(row.document)} is not in ${files.corpus}; add it or remove the row`,
        );
      query.judged = true;
      rows.push(row);
    }
    if (rows.length === 0) throw refuseFile(files.qrels, 'has no judgements');
    read.qrels += rows.length;
    rows.sort((a, b) => byCodePoint(a.query, b.query) || byCodePoint(a.document, b.document));
    const repeated = rows.findIndex(
      (row, i) => i > 0 && row.query === rows[i - 1].query && row.document === rows[i - 1].document,
    );
    if (repeated > 0) {
      const { query, document, line } = rows[repeated];
      throw refuse(
        { file: files.qrels, line },
        `judges query ${quote(query)} and document ${quote(document)} again after line ${rows[repeated - 1].line}; keep one`,
      );
    }
    judged.push({ queryLang, docLang, rows });
  }

  for (const direction of layout.directions) {
    await readQueries(direction);
    await readDocuments(direction);
    await readJudgements(direction);
  }
  judged.sort((a, b) => byCodePoint(a.queryLang, b.queryLang) || byCodePoint(a.docLang, b.docLang));

  const warnings = layout.ignored.map(
    (name) => `the folder ${name} is not named after a direction; it was ignored`,
  );
  for (const { docLang, corpus, size } of pools)
    if (size < documents.size(docLang))
      warnings.push(
        `${corpus} has ${size} of the ${documents.size(docLang)} documents in ${docLang}; all of them are searched in every direction`,
      );
  for (const { file, line } of [...empty.values()].slice(0, 1))
    warnings.push(
      `documents without text: ${empty.size}, the first in ${file} line ${line}; they stay in the pool`,
    );
  return { queries, documents, judged, read, warnings, tree };
}
