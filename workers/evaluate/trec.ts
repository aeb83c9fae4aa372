import type { Line } from '#workers/import/lines.ts';
import { type Place, refuse } from '#workers/import/place.ts';
import { quote } from '#workers/import/record.ts';
import type { Ranking } from './rank.ts';

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

export interface RunLine {
  query: string;
  document: string;
  score: number;
  place: Place;
}

const blank = /[ \t\r\v\f]+/;
const otherBlank = /[\t\r\v\f]/;

/** Between any white space of C; an ideographic space is part of an id, as in trec_eval. */
function cellsOf(text: string): string[] {
  // Nearly all files have single spaces, for which no pattern is needed.
  const cells = text.split(' ');
  if (cells.length === 6 && !cells.includes('') && !otherBlank.test(text)) return cells;
  return text.split(blank).filter((cell) => cell !== '');
}

/**
 * The lines of a TREC run file, `query Q0 document rank score tag`, in groups as they come: a promise for each would
 * cost more than the line. The rank plays no part, as in trec_eval. Scores are C's decimals and infinities; NaN has no place in an order and is refused.
 * @param comments trec_eval 10 skips lines that begin with #
 */
export async function* runLinesOf(
  lines: AsyncIterable<Line[]>,
  file: string,
  comments = false,
): AsyncGenerator<RunLine[]> {
  for await (const group of lines) {
    const read: RunLine[] = [];
    for (const { number: line, text } of group) {
      if (comments && text.startsWith('#')) continue;
      const cells = cellsOf(text);
      const place = { file, line };
      if (cells.length !== 6)
        throw refuse(place, `has ${cells.length} fields; write query, Q0, document, rank, score and tag`);
      read.push({ query: cells[0], document: cells[2], score: readScore(cells[4], place), place });
    }
    yield read;
  }
}

function readScore(text: string, place: Place): number {
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return Number(text);
  const infinite = /^([+-]?)inf(inity)?$/i.exec(text);
  if (!infinite) throw refuse(place, `the score ${quote(text)} is not a number`);
  return infinite[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** A query's lines do not stand together, so that it cannot be scored before the file's end. */
export class Scattered extends Error {}

interface OpenRanking {
  documents: string[];
  scores: number[];
  seen: Set<string>;
}

function add(ranking: OpenRanking, { query, document, score, place }: RunLine) {
  // trec_eval ends with an error here too; readers that make dictionaries keep the last line without a word.
  if (ranking.seen.has(document))
    throw refuse(
      place,
      `query ${quote(query)} lists document ${quote(document)} twice; keep one of the lines`,
    );
  ranking.seen.add(document);
  ranking.documents.push(document);
  ranking.scores.push(score);
}

const openRanking = (): OpenRanking => ({ documents: [], scores: [], seen: new Set() });

/**
 * The rankings of a run file one by one, of which one is held at a time.
 * @throws Scattered when a query comes back after another one
 */
export async function* rankingsOf(lines: AsyncIterable<RunLine[]>): AsyncGenerator<[query: string, Ranking]> {
  const done = new Set<string>();
  let query: string | undefined;
  let ranking = openRanking();
  for await (const group of lines)
    for (const line of group) {
      if (line.query !== query) {
        if (query !== undefined) {
          yield [query, ranking];
          done.add(query);
        }
        if (done.has(line.query)) throw new Scattered();
        query = line.query;
        ranking = openRanking();
      }
      add(ranking, line);
    }
  if (query !== undefined) yield [query, ranking];
}

/** The same for lines in any order; all rankings are held. */
export async function collectRankings(lines: AsyncIterable<RunLine[]>): Promise<Map<string, Ranking>> {
  const run = new Map<string, OpenRanking>();
  for await (const group of lines)
    for (const line of group) {
      const ranking = run.get(line.query) ?? openRanking();
      run.set(line.query, ranking);
      add(ranking, line);
    }
  return run;
}
