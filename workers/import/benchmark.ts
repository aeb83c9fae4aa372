import { join } from 'node:path';
import { digestOfTree } from '#src/artifacts/tree.ts';
import type { Direction, QrelEntry } from '#src/benchmarks/entry.ts';
import { benchmarkLayout } from '#src/benchmarks/layout.ts';
import type { JobInput, Reporter } from '../job.ts';
import { readBenchmarkFolder } from './benchmark-folder.ts';
import { dropTally } from './drops.ts';
import { fileName, refuseFile } from './place.ts';
import { openSpool } from './spool.ts';
import { openWriter } from './writer.ts';

/**
 * A folder of queries, documents and judgements to the normalised form of a benchmark. All or nothing. Queries that no judgement of the
 * split names are left out, as BEIR's own loader does; documents stay, even empty ones: they are the pool.
 */
export async function importBenchmark(
  {
    source,
    out,
    split,
    direction,
    groupField,
  }: { source: JobInput; out: string; split: string; direction?: Direction; groupField?: string },
  report: Reporter,
) {
  const layout = await benchmarkLayout(source.path, split, direction);
  const spool = openSpool(join(out, 'entries.spool'));
  const writer = openWriter(join(out, 'benchmark.jsonl'));
  try {
    const { queries, documents, judged, read, warnings, tree } = await readBenchmarkFolder(
      source.path,
      layout,
      spool,
      report,
      groupField,
    );
    if (digestOfTree(tree) !== source.digest)
      throw refuseFile(fileName(source.path), 'has changed since the import was launched; launch it again');

    const drops = dropTally();
    const kept = { queries: 0, documents: 0, qrels: 0 };
    const queryIds = new Set<string>();
    const documentIds = new Set<string>();
    const write = (line: string) => {
      writer.stage(line, '');
      writer.commit();
    };
    for (const { id, entry } of queries.sorted()) {
      if (!entry.judged) {
        drops.add('UNJUDGED', { file: entry.file, line: entry.line, id });
        continue;
      }
      kept.queries++;
      queryIds.add(id);
      write(spool.read(entry));
    }
    for (const { id, entry } of documents.sorted()) {
      kept.documents++;
      documentIds.add(id);
      write(spool.read(entry));
    }
    for (const { queryLang, docLang, rows } of judged)
      for (const { query, document, grade } of rows) {
        const entry: QrelEntry = { type: 'qrel', queryLang, docLang, query, document, grade };
        kept.qrels++;
        write(JSON.stringify(entry));
      }

    for (const warning of warnings) report.log('warn', warning);
    const { digest, bytes } = writer.finish();
    report.output('benchmark', 'benchmark.jsonl', {
      digest,
      languages: [...new Set(judged.flatMap(({ queryLang, docLang }) => [queryLang, docLang]))].sort(),
      // An id is one query or document, in however many languages it is there.
      queries: queryIds.size,
      documents: documentIds.size,
      bytes,
      directions: judged.map(({ queryLang, docLang, rows }) => ({
        queryLang,
        docLang,
        queries: new Set(rows.map(({ query }) => query)).size,
        qrels: rows.length,
      })),
      report: { read, kept, dropped: drops.dropped, ignored: layout.ignored, warnings },
    });
  } finally {
    spool.close();
    writer.close();
  }
}
