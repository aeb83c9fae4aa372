import { stat } from 'node:fs/promises';
import { fileInside, type TreeFile } from '#src/artifacts/tree.ts';
import type { Direction, DocumentEntry, QueryEntry } from '#src/benchmarks/entry.ts';
import {
  type BenchmarkFiles,
  type BenchmarkLayout,
  type DirectionFiles,
  filesOfLayout,
} from '#src/benchmarks/layout.ts';
import type { Reporter } from '../job.ts';
import { type EntryTable, entryTable } from './entries.ts';
import { type Identified, readIdentified } from './identified.ts';
import { type Line, linesOf } from './lines.ts';
import { byCodePoint } from './order.ts';
import { type Place, refuse, refuseFile } from './place.ts';
import { type Judgement, readQrels } from './qrels.ts';
import { field, isObject, type JsonRecord, languageCheck, quote, readName, readText } from './record.ts';
import { openSource } from './source.ts';
import type { Spool } from './spool.ts';

/** The judgements of one direction, sorted by query, then document, by code point. */
export interface Judged extends Direction {
  rows: Judgement[];
}

export interface BenchmarkFolder {
  queries: EntryTable;
  documents: EntryTable;
  judged: Judged[];
  read: { queries: number; documents: number; qrels: number };
  warnings: string[];
  /** Every file that was read, with the SHA-256 of what was read. */
  tree: TreeFile[];
}

/** Reads all files of a layout and checks that they agree with one another. */
export async function readBenchmarkFolder(
  folder: string,
  layout: BenchmarkLayout,
  spool: Spool,
  report: Reporter,
  groupField?: string,
): Promise<BenchmarkFolder> {
  const queries = entryTable(spool);
  const documents = entryTable(spool);
  const read = { queries: 0, documents: 0, qrels: 0 };
  const tree: TreeFile[] = [];
  const judged: Judged[] = [];
  const empty = new Map<string, Place>();
  const groups = new Map<string, string>();
  const unsearched: string[] = [];
  const pools: { docLang: string; corpus: string; size: number }[] = [];
  const sizes = await Promise.all(
    filesOfLayout(layout).map(async (path) => (await stat(await fileInside(folder, path))).size),
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

  const identifiedIn = (path: string) => readIdentified(linesIn(path), path);

  function addQuery({ id, record, place }: Identified, language: string, value: unknown, name: string) {
    read.queries++;
    const text = readText(value, name, place);
    if (text === undefined)
      throw refuse(place, `the query ${quote(id)} has no text; write one or remove the query`);
    const group = groupField === undefined ? undefined : groupOf(id, record, place);
    const entry: QueryEntry = { type: 'query', id, language, text, group };
    queries.add(language, id, JSON.stringify(entry), place);
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

  function addDocument({ id, place }: Identified, language: string, from: { title: unknown; text: unknown }) {
    read.documents++;
    const title = readText(from.title, 'title', place);
    const text = readText(from.text, 'text', place) ?? '';
    const key = `${language} ${id}`;
    if (title === undefined && text === '' && !empty.has(key)) empty.set(key, place);
    const entry: DocumentEntry = { type: 'document', id, language, title, text };
    documents.add(language, id, JSON.stringify(entry), place);
  }

  async function readJudgements({ qrels }: BenchmarkFiles): Promise<Judgement[]> {
    const rows: Judgement[] = [];
    for await (const row of readQrels(linesIn(qrels), qrels)) rows.push(row);
    if (rows.length === 0) throw refuseFile(qrels, 'has no judgements');
    read.qrels += rows.length;
    rows.sort((a, b) => byCodePoint(a.query, b.query) || byCodePoint(a.document, b.document));
    const repeated = rows.findIndex(
      (row, i) => i > 0 && row.query === rows[i - 1].query && row.document === rows[i - 1].document,
    );
    if (repeated > 0) {
      const { query, document, line } = rows[repeated];
      throw refuse(
        { file: qrels, line },
        `judges query ${quote(query)} and document ${quote(document)} again after line ${rows[repeated - 1].line}; keep one`,
      );
    }
    return rows;
  }

  const unknown = (what: string, id: string, line: number, file: string, qrels: string) =>
    refuse({ file: qrels, line }, `the ${what} ${quote(id)} is not in ${file}; add it or remove the row`);

  async function readDirection({ queryLang, docLang, ...files }: DirectionFiles) {
    for await (const one of identifiedIn(files.queries))
      addQuery(one, queryLang, field(one.record, 'text'), 'text');
    const before = read.documents;
    for await (const one of identifiedIn(files.corpus))
      addDocument(one, docLang, { title: field(one.record, 'title'), text: field(one.record, 'text') });
    pools.push({ docLang, corpus: files.corpus, size: read.documents - before });
    const rows = await readJudgements(files);
    for (const { query, document, line } of rows.toSorted((a, b) => a.line - b.line)) {
      const asked = queries.find(queryLang, query, files.queries);
      if (!asked) throw unknown('query', query, line, files.queries, files.qrels);
      if (!documents.find(docLang, document, files.corpus))
        throw unknown('document', document, line, files.corpus, files.qrels);
      asked.judged = true;
    }
    judged.push({ queryLang, docLang, rows });
  }

  /** A text for each language; what is judged for a query and a document holds in every pair of their languages. */
  async function readParallel(files: BenchmarkFiles) {
    const checkLanguage = languageCheck();
    const languages = { queries: new Set<string>(), documents: new Set<string>() };
    const textsOf = ({ record, id, place }: Identified, of: keyof typeof languages) => {
      const texts = field(record, 'texts');
      if (!isObject(texts) || Object.keys(texts).length === 0)
        throw refuse(
          place,
          `${quote(id)} has no "texts", one for each language; if the folder is of one direction, say so with queryLang and docLang`,
        );
      for (const language of Object.keys(texts)) {
        checkLanguage(language, 'texts', place);
        languages[of].add(language);
      }
      return Object.entries(texts);
    };
    for await (const one of identifiedIn(files.queries))
      for (const [language, text] of textsOf(one, 'queries')) addQuery(one, language, text, 'texts');
    for await (const one of identifiedIn(files.corpus)) {
      const titles = field(one.record, 'titles');
      for (const [language, text] of textsOf(one, 'documents'))
        addDocument(one, language, { title: isObject(titles) ? field(titles, language) : undefined, text });
    }
    const rows = await readJudgements(files);
    const seen = new Set<Judgement>();
    for (const queryLang of languages.queries)
      for (const docLang of languages.documents) {
        const here = rows.filter(({ query, document }) => {
          const asked = queries.find(queryLang, query, files.queries);
          return asked !== undefined && documents.find(docLang, document, files.corpus) !== undefined;
        });
        for (const row of here) {
          seen.add(row);
          queries.find(queryLang, row.query, files.queries)!.judged = true;
        }
        if (here.length > 0) judged.push({ queryLang, docLang, rows: here });
      }
    for (const language of languages.documents) {
      if (judged.some(({ docLang }) => docLang === language)) continue;
      documents.forget(language);
      unsearched.push(
        `no document in ${language} is judged for a query: ${files.corpus} is read without that language`,
      );
    }
    const lost = rows.filter((row) => !seen.has(row)).sort((a, b) => a.line - b.line)[0];
    if (!lost) return;
    const isQuery = [...languages.queries].some((language) =>
      queries.find(language, lost.query, files.queries),
    );
    throw isQuery
      ? unknown('document', lost.document, lost.line, files.corpus, files.qrels)
      : unknown('query', lost.query, lost.line, files.queries, files.qrels);
  }

  for (const direction of layout.directions) await readDirection(direction);
  if (layout.parallel) await readParallel(layout.parallel);
  judged.sort((a, b) => byCodePoint(a.queryLang, b.queryLang) || byCodePoint(a.docLang, b.docLang));

  const warnings = [
    ...layout.ignored.map((name) => `the folder ${name} is not named after a direction; it was ignored`),
    ...unsearched,
  ];
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
