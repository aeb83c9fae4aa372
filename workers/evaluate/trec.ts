import { UserError } from '#src/errors.ts';
import type { Ranking } from './rank.ts';
import type { Grades } from './score.ts';

/**
 * One query's lines of a TREC run file, `query Q0 document rank score tag`, in the order given. Scores are written
 * with all their digits: rounding would make ties that the ranking did not have.
 */
export function runLines(query: string, { documents, scores }: Ranking, tag: string): string {
  let lines = '';
  for (let i = 0; i < documents.length; i++)
    lines += `${query} Q0 ${documents[i]} ${i + 1} ${scores[i]} ${tag}\n`;
  return lines;
}

function* rows(text: string, what: string, fields: number) {
  let line = 0;
  for (const row of text.split('\n')) {
    line++;
    const cells = row.trim().split(/\s+/);
    if (cells[0] === '') continue;
    const refuse = (why: string) => new UserError('BAD_USER_INPUT', `${what}, line ${line}: ${why}`);
    if (cells.length < fields) throw refuse(`${cells.length} fields where ${fields} are needed`);
    yield { cells, refuse };
  }
}

/** Reads a TREC run file's text. A query that lists a document twice is refused, as trec_eval refuses it. */
export function parseRun(text: string): Map<string, Ranking> {
  const run = new Map<string, { documents: string[]; scores: number[] }>();
  const seen = new Map<string, Set<string>>();
  for (const { cells, refuse } of rows(text, 'run file', 6)) {
    const [query, , document, , sim] = cells;
    const score = Number(sim);
    if (Number.isNaN(score)) throw refuse(`the score ${JSON.stringify(sim)} is not a number`);
    if (!run.has(query)) {
      run.set(query, { documents: [], scores: [] });
      seen.set(query, new Set());
    }
    if (seen.get(query)!.has(document))
      throw refuse(`query ${JSON.stringify(query)} lists document ${JSON.stringify(document)} twice`);
    seen.get(query)!.add(document);
    run.get(query)!.documents.push(document);
    run.get(query)!.scores.push(score);
  }
  return run;
}

/** Reads TREC qrels, `query iteration document grade`. */
export function parseQrels(text: string): Map<string, Grades> {
  const qrels = new Map<string, Map<string, number>>();
  for (const { cells, refuse } of rows(text, 'qrels', 4)) {
    const [query, , document, rel] = cells;
    const grade = Number(rel);
    if (!Number.isInteger(grade)) throw refuse(`the grade ${JSON.stringify(rel)} is not a whole number`);
    const grades = qrels.get(query) ?? new Map<string, number>();
    if (grades.has(document))
      throw refuse(`query ${JSON.stringify(query)} judges document ${JSON.stringify(document)} twice`);
    qrels.set(query, grades.set(document, grade));
  }
  return qrels;
}
