import { type Convention, conventionOf } from '#src/evaluation/convention.ts';
import { type Measure, measureName, parseRunMeasures } from '#src/evaluation/measures.ts';
import type { ScoresFile } from '#src/evaluation/scores.ts';
import type { Params } from '#src/recipes/kinds.ts';
import { linesOf } from '#workers/import/lines.ts';
import { fileName, refuseFile } from '#workers/import/place.ts';
import { quote } from '#workers/import/record.ts';
import { openSource } from '#workers/import/source.ts';
import type { JobInput, Reporter } from '#workers/job.ts';
import type { Benchmark } from './benchmark.ts';
import type { JudgedPool } from './pools.ts';
import type { Ranking } from './rank.ts';
import { openScorer, type RunScores } from './score.ts';
import { intervalsOf, withQueries } from './scores-file.ts';
import { summarise } from './summary.ts';
import { collectRankings, rankingsOf, runLinesOf, Scattered } from './trec.ts';

interface Foreign {
  params: Params<'EVALUATION'>;
  source: JobInput;
  benchmark: Benchmark;
  file: ScoresFile;
}

/**
 * Scores a TREC run file that was made elsewhere, as the convention's tool would. A file whose queries stand together
 * is read as a stream; one that is shuffled is held.
 */
export async function scoreForeignRun({ params, source, benchmark, file }: Foreign, report: Reporter) {
  const measures = parseRunMeasures(params.metrics, 'input.metrics');
  const convention = conventionOf(params.convention ?? 'TREC_EVAL_9', params.missingQueries);
  const [pool] = benchmark.directions;
  const [system] = params.systems;
  const read = (collect: boolean) => scoreFile({ source, pool, measures, convention, collect }, report);
  const { queries, values } = await read(false).catch((error) => {
    if (error instanceof Scattered) return read(true);
    throw error;
  });
  for (const [m, measure] of measures.entries()) {
    const { queryLang, docLang } = pool;
    const direction = { queryLang, docLang, pool: pool.pool, queries, values: values[m] };
    const of = { system, benchmark: benchmark.digest, metric: measureName(measure) };
    const { scores } = summarise(of, [direction], intervalsOf(file, benchmark), convention);
    file.scores.push(...scores.map((score) => withQueries(score, [direction], file)));
  }
}

interface Reading {
  source: JobInput;
  pool: JudgedPool;
  measures: Measure[];
  convention: Convention;
  collect: boolean;
}

async function scoreFile(
  { source: { path, digest }, pool, measures, convention, collect }: Reading,
  report: Reporter,
): Promise<RunScores> {
  const name = fileName(path);
  const source = await openSource(path, name);
  const lines = runLinesOf(linesOf(source.chunks, name), name, convention.reference === 'trec_eval 10');
  const scorer = openScorer(pool.qrels, measures, convention);
  let known = 0;
  const unknown: string[] = [];
  function take(query: string, ranking: Ranking) {
    report.signal.throwIfAborted();
    if (pool.qrels.has(query)) known++;
    else unknown.push(query);
    scorer.take(query, ranking);
    report.progress(source.read(), source.size, 'bytes');
  }
  if (collect) for (const [query, ranking] of await collectRankings(lines)) take(query, ranking);
  else for await (const [query, ranking] of rankingsOf(lines)) take(query, ranking);

  if (source.digest() !== digest)
    throw refuseFile(name, 'has changed since the run was launched; launch it again');
  if (known === 0) {
    const [expected] = pool.qrels.keys();
    throw refuseFile(
      name,
      unknown.length === 0
        ? 'holds no rankings; write lines of query, Q0, document, rank, score and tag'
        : `none of its ${unknown.length} queries is judged in this direction: it has ${quote(unknown[0])} where the benchmark has ${quote(expected)}`,
    );
  }
  if (unknown.length)
    report.log(
      'warn',
      `${unknown.length} queries of the run are not judged in this direction and do not count, the first ${quote(unknown[0])}`,
    );
  return scorer.finish();
}
