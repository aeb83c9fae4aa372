import { rowName } from '../results.ts';
import type { ReportContent } from './content.ts';

/** MTEB writes languages as ISO 639-3 with a script. */
const mtebLanguage: Record<string, string> = {
  ar: 'ara-Arab',
  de: 'deu-Latn',
  en: 'eng-Latn',
  es: 'spa-Latn',
  fr: 'fra-Latn',
  hi: 'hin-Deva',
  ja: 'jpn-Jpan',
  ko: 'kor-Hang',
  ru: 'rus-Cyrl',
  zh: 'zho-Hans',
};
const named = (language: string) => mtebLanguage[language] ?? language;

/**
 * Results in MTEB's TaskResult form, one a system and benchmark. Its subsets name the documents' language first:
 * "kor-eng" is Korean documents with English queries.
 */
export function mteb({ tables }: ReportContent): string {
  const results = tables.flatMap(({ benchmark, metric, rows }) =>
    rows.map((row) => ({
      model_name: rowName(row.cell, rows),
      task_name: benchmark,
      dataset_revision: null,
      mteb_version: null,
      evaluation_time: null,
      scores: {
        test: row.directions.map((d) => ({
          [metric.toLowerCase().replace('@', '_at_')]: d.value,
          main_score: d.value,
          hf_subset: `${named(d.docLang)}-${named(d.queryLang)}`.replace(/-[A-Z]\w+/g, ''),
          languages: [...new Set([named(d.docLang), named(d.queryLang)])],
        })),
      },
    })),
  );
  return `${JSON.stringify(results, null, 2)}\n`;
}
