import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Texts } from '#src/corpora/unit.ts';

/** A hand-written passage in both languages, and the question that only it answers; distractors have no question. */
export interface BenchmarkUnit {
  /** `<domain>-<number>` */
  id: string;
  query?: Texts;
  passage: Texts;
}

export const languages = ['ko', 'en'];

export async function benchmarkUnits(): Promise<BenchmarkUnit[]> {
  const text = await readFile(join(import.meta.dirname, 'benchmark.jsonl'), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

const jsonl = (records: object[]) => records.map((record) => `${JSON.stringify(record)}\n`).join('');

/**
 * Writes the benchmark in BEIR's layout, a folder per direction, the same ids in all. Queries and documents have
 * ids of their own: BEIR's evaluator drops a document that is named like its query.
 */
export async function writeBenchmark(folder: string): Promise<void> {
  const units = await benchmarkUnits();
  const asked = units.filter((unit) => unit.query);
  const qrels = asked.map(({ id }) => `q-${id}\td-${id}\t1\n`).join('');
  for (const queryLang of languages) {
    const queries = jsonl(asked.map(({ id, query }) => ({ _id: `q-${id}`, text: query![queryLang] })));
    for (const docLang of languages) {
      const corpus = jsonl(
        units.map(({ id, passage }) => ({ _id: `d-${id}`, title: '', text: passage[docLang] })),
      );
      const direction = join(folder, `${queryLang}-${docLang}`);
      await mkdir(join(direction, 'qrels'), { recursive: true });
      await writeFile(join(direction, 'queries.jsonl'), queries);
      await writeFile(join(direction, 'corpus.jsonl'), corpus);
      await writeFile(join(direction, 'qrels', 'test.tsv'), `query-id\tcorpus-id\tscore\n${qrels}`);
    }
  }
}
