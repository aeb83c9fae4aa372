import { jsonlBatches } from '#src/corpora/lines.ts';
import { textsOf, type Unit } from '#src/corpora/unit.ts';
import { UserError } from '#src/errors.ts';
import type { Reporter } from '../job.ts';
import { wordsOf } from './normalise.ts';

/** Distinct words held; a Map has room for 16.7 million, and each takes about 100 bytes. */
const maxWords = 4_000_000;
/** Scripts without spaces give words as long as paragraphs, and a trainer's cost grows with a word's length. */
const maxWordLength = 256;

/**
 * How often each word occurs in the texts of these corpora, in order of first occurrence. When there are too many
 * distinct words, those seen once so far are forgotten: rare words decide nothing, and the order of the files makes
 * it the same each time.
 */
export async function countWords(
  corpora: string[],
  lowercase: boolean,
  languages: string[] | undefined,
  report: Reporter,
): Promise<{ words: Map<string, number>; texts: number }> {
  let words = new Map<string, number>();
  const found = new Set<string>();
  let texts = 0;
  let units = 0;
  for (const path of corpora) {
    for await (const batch of jsonlBatches<Unit>(path, 1000)) {
      report.signal.throwIfAborted();
      for (const { language, text } of batch.flatMap(textsOf)) {
        found.add(language);
        if (languages && !languages.includes(language)) continue;
        texts++;
        for (const word of wordsOf(text, lowercase)) {
          for (const part of word.length > maxWordLength ? cut(word) : [word]) {
            words.set(part, (words.get(part) ?? 0) + 1);
          }
        }
      }
      units += batch.length;
      report.progress(units, null, 'units read');
      if (words.size > maxWords) {
        words = new Map(words.entries().filter(([, count]) => count > 1));
        report.log('warn', `over ${maxWords} distinct words: the words seen once so far are left out`);
      }
    }
  }
  requireLanguages(languages, found);
  return { words, texts };
}

const parts = new RegExp(`.{1,${maxWordLength}}`, 'gsu');
const cut = (word: string) => word.match(parts)!;

function requireLanguages(asked: string[] | undefined, found: Set<string>): void {
  const issues = (asked ?? []).flatMap((language, i) =>
    found.has(language)
      ? []
      : [{ path: `languages[${i}]`, message: `no text of the corpora is in "${language}"` }],
  );
  if (issues.length === 0) return;
  const there = [...found].sort().join(', ') || 'none';
  throw new UserError('BAD_USER_INPUT', `${issues[0].message}; their languages are ${there}`, issues);
}
