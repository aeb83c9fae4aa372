import type { Line } from './lines.ts';
import { type Place, refuse } from './place.ts';
import { quote } from './record.ts';

/** A row of relevance judgements. Grades are trec_eval's: negative ones (judged, of no use) are kept as they are. */
export interface Judgement {
  query: string;
  document: string;
  grade: number;
  line: number;
}

const HEADER = 'query-id\tcorpus-id\tscore';
type Form = 'BEIR' | 'TREC';

/**
 * BEIR's TSV under its header, or TREC's `query 0 document grade` without one: four columns are never BEIR's.
 * Ids are taken byte for byte.
 */
export async function* readQrels(lines: AsyncIterable<Line[]>, file: string): AsyncGenerator<Judgement> {
  let form: Form | undefined;
  for await (const group of lines) {
    for (const { number, text } of group) {
      const place: Place = { file, line: number };
      const row = text.endsWith('\r') ? text.slice(0, -1) : text;
      if (form === undefined) {
        form = formOf(row, place);
        if (form === 'BEIR') continue;
      }
      yield form === 'BEIR' ? beirRow(row, place) : trecRow(row, place);
    }
  }
}

function formOf(row: string, place: Place): Form {
  if (row === HEADER) return 'BEIR';
  const columns = row.trim().split(/\s+/);
  // The second column is the iteration, which trec_eval reads past, whatever it is.
  if (columns.length === 4) return 'TREC';
  throw refuse(
    place,
    `is neither the header ${quote(HEADER)} nor a TREC judgement "query 0 document grade"; add the header`,
  );
}

function beirRow(row: string, place: Place): Judgement {
  const columns = row.split('\t');
  if (columns.length !== 3)
    throw refuse(
      place,
      `has ${columns.length} columns; write query-id, corpus-id and score with tabs between them`,
    );
  return judgement(columns[0], columns[1], columns[2], place);
}

function trecRow(row: string, place: Place): Judgement {
  const columns = row.trim().split(/\s+/);
  if (columns.length !== 4)
    throw refuse(place, `has ${columns.length} columns; write query, 0, document and grade as in line 1`);
  return judgement(columns[0], columns[2], columns[3], place);
}

function judgement(query: string, document: string, grade: string, place: Place): Judgement {
  // trec_eval reads grades with atol, which takes 1.5 for 1 and "high" for 0 without a word.
  if (!/^-?\d{1,9}$/.test(grade))
    throw refuse(place, `the grade ${quote(grade)} is not an integer; write 0, 1, 2, ...`);
  return { query, document, grade: Number(grade), line: place.line };
}
