import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Direction } from '#src/benchmarks/entry.ts';
import { badInput } from '#src/errors.ts';
import { ownRuns } from '#src/evaluation/convention.ts';
import { type Measure, measureName, parseMeasures } from '#src/evaluation/measures.ts';
import type { ScoresFile } from '#src/evaluation/scores.ts';
import type { JobInput, Run } from '#workers/job.ts';
import { type Benchmark, type JudgedDirection, readBenchmark } from './benchmark.ts';
import { openMeter } from './meter.ts';
import { scoreOf } from './metrics.ts';
import { judge, type RunScores } from './score.ts';
import { openSearcher } from './search.ts';
import { LEVEL, summarise } from './summary.ts';
import { bm25, openModel, type Pool, unique, workOf } from './systems.ts';
import { runLines } from './trec.ts';

/**
 * Ranks and scores every system on every benchmark, direction by direction. Outputs: `scores`, a ScoresFile, and
 * `rankings`, one TREC run file per system, benchmark and direction.
 */
export const run: Run<'EVALUATION'> = async ({ params, inputs, out, threads }, report) => {
  const measures = parseMeasures(params.metrics, params.depth, 'input.metrics');
  const benchmarks: Benchmark[] = [];
  for (const { role, digest, path } of inputs)
    if (role === 'benchmark') benchmarks.push(await readBenchmark(path, digest, params.directions));
  const systems = params.systems.map((name, i) => ({
    name,
    model: name === bm25.name ? null : modelInput(name, inputs, `input.systems[${i}]`),
  }));

  const bootstrap = { resamples: params.bootstrap, seed: params.seed };
  const file: ScoresFile = {
    bootstrap: { ...bootstrap, level: LEVEL },
    queries: benchmarks.flatMap(({ digest, directions }) =>
      directions.map(({ queryLang, docLang, qrels }) => ({
        ...{ benchmark: digest, queryLang, docLang },
        ids: [...qrels.keys()],
      })),
    ),
    scores: [],
    averages: [],
  };
  const work = systems.flatMap(({ name }) => benchmarks.map((benchmark) => workOf(name, benchmark)));
  const meter = openMeter(
    work.reduce((sum, n) => sum + n, 0),
    report,
  );
  await mkdir(join(out, 'rankings'));
  const searcher = await openSearcher({ threads });
  for (const { name, model } of systems) {
    const system = model ? await openModel(model, searcher, threads) : bm25;
    for (const benchmark of benchmarks) {
      const contest = system.over(benchmark, meter);
      const measured = new Map<JudgedDirection, Direction & RunScores>();
      // Pool by pool: one language's vectors are held at a time.
      for (const docLang of unique(benchmark.directions.map((d) => d.docLang))) {
        const pool = await contest.pool(docLang);
        for (const direction of benchmark.directions.filter((d) => d.docLang === docLang)) {
          const { queryLang } = direction;
          const path = `rankings/${short(benchmark.digest)}.${short(name)}.${queryLang}.${docLang}.trec`;
          const ranked = pool.rank(direction, params.depth);
          measured.set(direction, await measure(ranked, direction, measures, join(out, path), short(name)));
          const of = { system: name, benchmark: benchmark.digest, queryLang, docLang };
          report.output('rankings', path, { mediaType: 'text/plain', ...of, depth: params.depth });
        }
      }
      for (const [m, measure] of measures.entries()) {
        const of = { system: name, benchmark: benchmark.digest, metric: measureName(measure) };
        const inOrder = benchmark.directions.map((direction) => {
          const { values, ...rest } = measured.get(direction)!;
          return { ...rest, values: values[m] };
        });
        const { scores, averages } = summarise(of, inOrder, bootstrap);
        file.scores.push(...scores);
        file.averages.push(...averages);
        await meter.count(0);
      }
    }
    await system.close();
  }
  await searcher.close();
  await writeFile(join(out, 'scores.json'), JSON.stringify(file));
  report.output('scores', 'scores.json', { mediaType: 'application/json' });
};

const short = (digest: string) => digest.slice(0, 12);

function modelInput(digest: string, inputs: JobInput[], path: string): JobInput {
  const input = inputs.find((i) => i.role === 'model' && i.digest === digest);
  if (!input) throw badInput(path, `system ${digest} is neither "bm25" nor one of the run's models`);
  return input;
}

/** Scores a direction's rankings as they come and writes them as a TREC run. */
async function measure(
  rankings: ReturnType<Pool['rank']>,
  { queryLang, docLang, qrels }: JudgedDirection,
  measures: Measure[],
  path: string,
  tag: string,
): Promise<Direction & RunScores> {
  const queries = [...qrels.keys()];
  const values = measures.map(() => new Float64Array(queries.length));
  await using runFile = await open(path, 'wx');
  let q = 0;
  for await (const [query, ranking] of rankings) {
    const judged = judge(query, ranking, qrels.get(query)!, ownRuns);
    measures.forEach((measure, m) => {
      values[m][q] = scoreOf(judged, measure, ownRuns);
    });
    q++;
    await runFile.appendFile(runLines(query, ranking, tag));
  }
  return { queryLang, docLang, queries, values };
}
