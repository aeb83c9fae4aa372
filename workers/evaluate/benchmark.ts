import { createReadStream } from 'node:fs';
import { type BenchmarkEntry, type Direction, documentText } from '#src/benchmarks/entry.ts';
import { badInput } from '#src/errors.ts';
import type { Pool } from '#src/evaluation/pool.ts';
import { linesOf } from '#workers/import/lines.ts';
import { type JudgedPool, judgedDirection, poolsOf, showDirection } from './pools.ts';
import { hasRelevant } from './score.ts';

/** Texts of one language in ascending order of their ids. */
export interface Texts {
  ids: string[];
  texts: string[];
}

export interface Benchmark {
  digest: string;
  /** By language. */
  queries: Map<string, Texts>;
  documents: Map<string, Texts>;
  /** What is measured. */
  directions: JudgedPool[];
  /** Query -> what it is drawn with in a bootstrap by group. */
  groups: Map<string, string>;
}

/**
 * Reads a benchmark in its normalised form, of its texts only what the directions asked for need.
 * @param wanted absent: every direction that has qrels
 * @param pools what is searched in those directions; absent: the documents of one language
 * @throws UserError when it lacks a direction or pool, or has nothing relevant in one
 */
export async function readBenchmark(
  path: string,
  digest: string,
  wanted: Direction[] | undefined,
  pools?: readonly Pool[],
): Promise<Benchmark> {
  const queries = new Map<string, Texts>();
  const documents = new Map<string, Texts>();
  const judged = new Map<string, JudgedPool>();
  const groups = new Map<string, string>();
  function keep(of: Map<string, Texts>, language: string, id: string, text: string) {
    if (/\s/.test(id))
      throw badInput(
        'input.benchmarks',
        `benchmark ${digest.slice(0, 12)}: the id ${JSON.stringify(id)} has white space in it, which TREC run files ` +
          'cannot hold; import the benchmark again with other ids',
      );
    const texts = of.get(language) ?? { ids: [], texts: [] };
    of.set(language, texts);
    texts.ids.push(id);
    texts.texts.push(text);
  }

  for await (const lines of linesOf(createReadStream(path), 'benchmark'))
    for (const { text } of lines) {
      const entry = JSON.parse(text) as BenchmarkEntry;
      if (entry.type === 'query') {
        if (entry.group !== undefined) groups.set(entry.id, entry.group);
        if (!wanted || wanted.some((d) => d.queryLang === entry.language))
          keep(queries, entry.language, entry.id, entry.text);
      } else if (entry.type === 'document') {
        if (!wanted || wanted.some((d) => d.docLang === entry.language))
          keep(documents, entry.language, entry.id, documentText(entry));
      } else {
        const { queryLang, docLang, query, document, grade } = entry;
        const direction = judged.get(showDirection(entry)) ?? judgedDirection({ queryLang, docLang });
        judged.set(showDirection(entry), direction);
        direction.qrels.set(query, (direction.qrels.get(query) ?? new Map()).set(document, grade));
      }
    }

  const directions = (wanted ?? [...judged.values()]).map((direction, i) => {
    const found = judged.get(showDirection(direction));
    if (found) return found;
    throw badInput(
      `input.directions[${i}]`,
      `benchmark ${digest.slice(0, 12)} has no qrels for ${showDirection(direction)}; it has ` +
        ([...judged.keys()].join(', ') || 'no qrels at all'),
    );
  });
  if (directions.length === 0)
    throw badInput('input.benchmarks', `benchmark ${digest.slice(0, 12)} has no qrels at all`);
  for (const direction of directions)
    if (![...direction.qrels.values()].some(hasRelevant))
      throw badInput(
        'input.benchmarks',
        `benchmark ${digest.slice(0, 12)} has no relevant document for ${showDirection(direction)}: ` +
          'no grade is above 0, so there is nothing to measure',
      );
  return { digest, queries, documents, directions: poolsOf(directions, pools), groups };
}
