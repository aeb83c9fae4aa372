import { collectRankings, runLinesOf } from '#workers/evaluate/trec.ts';
import { linesOf } from '#workers/import/lines.ts';

/** The lines of a text, as the product reads them from a file. */
export async function* textLines(text: string, file: string) {
  yield* linesOf(
    (async function* () {
      yield Buffer.from(text);
    })(),
    file,
  );
}

export const parseRun = (text: string) => collectRankings(runLinesOf(textLines(text, 'x.run'), 'x.run'));

/** TREC qrels, `query iteration document grade`. */
export function parseQrels(text: string): Map<string, Map<string, number>> {
  const qrels = new Map<string, Map<string, number>>();
  for (const row of text.trim().split('\n')) {
    const [query, , document, grade] = row.split(/\s+/);
    qrels.set(query, (qrels.get(query) ?? new Map()).set(document, Number(grade)));
  }
  return qrels;
}
