import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { badInput } from '#src/errors.ts';
import { type Convention, conventionOf } from '#src/evaluation/convention.ts';
import { isBias, type Measure, measureName, parseMeasures } from '#src/evaluation/measures.ts';
import type { ScoresFile } from '#src/evaluation/scores.ts';
import type { Job, JobInput, Reporter, Run } from '#workers/job.ts';
import { type Benchmark, readBenchmark } from './benchmark.ts';
import { biasOf } from './bias-report.ts';
import { scoreForeignRun } from './foreign.ts';
import { type Meter, openMeter } from './meter.ts';
import { isMixed, type JudgedPool } from './pools.ts';
import { rankOrder } from './rank.ts';
import { openScorer, type RunScores } from './score.ts';
import { intervalsOf, openScores, withQueries } from './scores-file.ts';
import { openSearcher } from './search.ts';
import { type Measured, summarise } from './summary.ts';
import { bm25, openModel, type Rankings, type System, workOf } from './systems.ts';
import { runLines } from './trec.ts';

/**
 * Ranks and scores every system on every benchmark, pool by pool. Outputs: `scores`, a ScoresFile, and `rankings`, one
 * TREC run file per system, benchmark and pool. With an input `source` it scores that run file instead.
 */
export const run: Run<'EVALUATION'> = async (job, report) => {
  const { params, inputs, out } = job;
  const benchmarks: Benchmark[] = [];
  for (const { role, digest, path } of inputs)
    if (role === 'benchmark')
      benchmarks.push(await readBenchmark(path, digest, params.directions, params.pools));
  const file = openScores(params, benchmarks);
  const source = inputs.find(({ role }) => role === 'source');
  if (source) await scoreForeignRun({ params, source, benchmark: benchmarks[0], file }, report);
  else await rankAndScore(job, benchmarks, file, report);
  await writeFile(join(out, 'scores.json'), JSON.stringify(file));
  report.output('scores', 'scores.json', { mediaType: 'application/json' });
};

async function rankAndScore(
  { params, inputs, out, threads, device }: Job<'EVALUATION'>,
  benchmarks: Benchmark[],
  file: ScoresFile,
  report: Reporter,
) {
  const depth = params.depth!;
  const measures = parseMeasures(params.metrics, depth, 'input.metrics');
  const convention = conventionOf(params.convention ?? 'TREC_EVAL_9', params.missingQueries ?? 'ZERO');
  const systems = params.systems.map((name, i) => ({
    name,
    model: name === bm25.name ? null : modelInput(name, inputs, `input.systems[${i}]`),
  }));
  if (measures.some(isBias) && !benchmarks.some((b) => b.directions.some((d) => d.pool === 'MIXED_PARALLEL')))
    throw badInput(
      'input.metrics',
      `${measures.filter(isBias).map(measureName).join(', ')}: there are such figures over MIXED_PARALLEL pools only; add it to pools`,
    );
  const work = systems.flatMap(({ name }) => benchmarks.map((benchmark) => workOf(name, benchmark)));
  const meter = openMeter(
    work.reduce((sum, n) => sum + n, 0),
    report,
  );
  await mkdir(join(out, 'rankings'));
  const searcher = await openSearcher({ threads });
  for (const { name, model } of systems) {
    const system = model ? await openModel(model, searcher, { threads, device }) : bm25;
    for (const benchmark of benchmarks) {
      const { digest } = benchmark;
      const intervals = intervalsOf(file, benchmark);
      const measured = await measure({ system, benchmark, measures, convention, depth, out, meter }, report);
      for (const { metric, directions, about } of measured) {
        const of = { system: name, benchmark: digest, metric };
        const { scores, averages } = summarise(of, directions, intervals, about);
        for (const score of scores) file.scores.push(withQueries(score, directions, file));
        file.averages.push(...averages);
        await meter.count(0);
      }
    }
    await system.close();
  }
  await searcher.close();
}

const short = (digest: string) => digest.slice(0, 12);

function modelInput(digest: string, inputs: JobInput[], path: string): JobInput {
  const input = inputs.find((i) => i.role === 'model' && i.digest === digest);
  if (!input) throw badInput(path, `system ${digest} is neither "bm25" nor one of the run's models`);
  return input;
}

interface Measuring {
  system: System;
  benchmark: Benchmark;
  measures: Measure[];
  convention: Convention;
  depth: number;
  out: string;
  meter: Meter;
}

interface MetricValues {
  metric: string;
  directions: Measured[];
  /** Of figures about languages, what they follow. */
  about: Partial<Convention> & { reference: string };
}

/** All pools of one system on one benchmark: writes their rankings, and gives the values of every measure. */
async function measure(
  { system, benchmark, measures, convention, depth, out, meter }: Measuring,
  report: Reporter,
): Promise<MetricValues[]> {
  const ranked = measures.filter((m) => !isBias(m));
  const bias = measures.filter(isBias);
  const scored = new Map<JudgedPool, RunScores>();
  const lists = new Map<JudgedPool, Map<string, string[]>>();
  for await (const [pool, rankings] of system.rank(benchmark, depth, meter)) {
    const { queryLang, docLang } = pool;
    const of = { system: system.name, benchmark: benchmark.digest, queryLang, docLang, pool: pool.pool };
    const suffix = isMixed(pool) ? `.${pool.pool.toLowerCase().replace('_', '-')}` : '';
    const path = `rankings/${short(benchmark.digest)}.${short(system.name)}.${queryLang}.${docLang}${suffix}.trec`;
    const list = bias.length > 0 && pool.pool === 'MIXED_PARALLEL' ? new Map<string, string[]>() : undefined;
    if (list) lists.set(pool, list);
    scored.set(
      pool,
      await scorePool(rankings, pool, ranked, convention, join(out, path), short(system.name), list),
    );
    report.output('rankings', path, { mediaType: 'text/plain', ...of, depth });
  }
  const inOrder = benchmark.directions.map((pool) => ({ pool, ...scored.get(pool)! }));
  const values = ranked.map((measure, m) => ({
    metric: measureName(measure),
    directions: inOrder.map(({ pool, queries, values }) => ({
      ...{ queryLang: pool.queryLang, docLang: pool.docLang, pool: pool.pool },
      ...{ queries, values: values[m] },
    })),
    about: convention,
  }));
  const figures = biasOf(lists, bias).map(({ pool, measure, values }) => {
    const queries = [...pool.qrels.keys()].filter((_, q) => !Number.isNaN(values[q]));
    return {
      metric: measureName(measure),
      directions: [
        {
          ...{ queryLang: pool.queryLang, docLang: pool.docLang, pool: pool.pool, queries },
          values: values.filter((x) => !Number.isNaN(x)),
        },
      ],
      about: { reference: 'Isogloss', scores: convention.scores, ties: convention.ties },
    };
  });
  return [...values, ...figures.filter(({ directions }) => directions[0].queries.length > 0)];
}

/** Scores a pool's rankings as they come and writes them as a TREC run. */
async function scorePool(
  rankings: Rankings,
  { qrels }: JudgedPool,
  measures: Measure[],
  convention: Convention,
  path: string,
  tag: string,
  list: Map<string, string[]> | undefined,
): Promise<RunScores> {
  const scorer = openScorer(qrels, measures, convention);
  await using runFile = await open(path, 'wx');
  for await (const [query, ranking] of rankings) {
    scorer.take(query, ranking);
    list?.set(
      query,
      Array.from(rankOrder(ranking, convention), (i) => ranking.documents[i]),
    );
    await runFile.appendFile(runLines(query, ranking, tag));
  }
  return scorer.finish();
}
