import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BenchmarkEntry } from '#src/benchmarks/entry.ts';

const words = {
  en: ['sea', 'the', 'salt', 'seas', 'salty'],
  ko: ['바다', '소금', '바다가', '소금는', '바다는'],
};

/** Twelve queries and pages of a few known words, so that models of other weights rank otherwise. */
export function entries(): BenchmarkEntry[] {
  const languages = ['en', 'ko'] as const;
  const text = (language: 'en' | 'ko', a: number, b: number) =>
    `${words[language][a % 5]} ${words[language][b % 5]}`;
  const ids = Array.from({ length: 12 }, (_, i) => i);
  return [
    ...languages.flatMap((language) =>
      ids.flatMap((i): BenchmarkEntry[] => [
        { type: 'query', id: `q${i}`, language, text: text(language, i, 3 * i + 1) },
        {
          type: 'document',
          id: `d${i}`,
          language,
          text: `${text(language, i, i + 2)} ${words[language][(7 * i) % 5]}`,
        },
      ]),
    ),
    ...languages.flatMap((queryLang) =>
      languages.flatMap((docLang) =>
        ids.map((i): BenchmarkEntry => {
          return { type: 'qrel', queryLang, docLang, query: `q${i}`, document: `d${i}`, grade: 1 };
        }),
      ),
    ),
  ];
}

/** The same as folders that imports read. */
export async function writeEntries(folder: string) {
  const all = entries();
  for (const queryLang of ['en', 'ko'])
    for (const docLang of ['en', 'ko']) {
      const dir = join(folder, `${queryLang}-${docLang}`);
      await mkdir(join(dir, 'qrels'), { recursive: true });
      const lines = (type: 'query' | 'document', language: string) =>
        all
          .flatMap((e) => (e.type === type && e.language === language ? [{ _id: e.id, text: e.text }] : []))
          .map((line) => `${JSON.stringify(line)}\n`)
          .join('');
      await writeFile(join(dir, 'queries.jsonl'), lines('query', queryLang));
      await writeFile(join(dir, 'corpus.jsonl'), lines('document', docLang));
      const qrels = all.flatMap((e) =>
        e.type === 'qrel' && e.queryLang === queryLang && e.docLang === docLang
          ? [`${e.query}\t${e.document}\t${e.grade}\n`]
          : [],
      );
      await writeFile(join(dir, 'qrels', 'test.tsv'), `query-id\tcorpus-id\tscore\n${qrels.join('')}`);
    }
}
