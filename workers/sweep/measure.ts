import { badInput } from '#src/errors.ts';
import { conventionOf } from '#src/evaluation/convention.ts';
import { isBias, type Measure, measureName, parseMeasures } from '#src/evaluation/measures.ts';
import { type PairedDirection, pairedTests, type TestedAverage } from '#src/evaluation/paired.ts';
import type { Measured as Both, Part, PartScores } from '#src/sweeps/sweep-file.ts';
import { encoderOf } from '../encoder/encode.ts';
import type { Model } from '../encoder/model.ts';
import type { Tokenizer } from '../encoder/tokenizer.ts';
import { type Benchmark, readBenchmark } from '../evaluate/benchmark.ts';
import { clustersOf } from '../evaluate/clusters.ts';
import { type JudgedPool, showDirection } from '../evaluate/pools.ts';
import { openScorer, type RunScores } from '../evaluate/score.ts';
import { openSearcher } from '../evaluate/search.ts';
import { type Intervals, type Measured, summarise } from '../evaluate/summary.ts';
import { rankByModel } from '../evaluate/systems.ts';
import type { Job } from '../job.ts';
import { selectionOf } from './split.ts';

/** Queries of a benchmark that are measured together. */
interface Side {
  benchmark: Benchmark;
  has(query: string): boolean;
  intervals: Intervals;
}

/** What a model gets for every query, by direction. */
export type Ranked = ReadonlyMap<Benchmark, Measured[]>;

export interface Measurer {
  metric: string;
  /** Queries on either side, each counted once over its directions. */
  queries: Record<Part, number>;
  /**
   * @param name what messages call the model
   * @param tokenizer the model's own, where it is open already
   */
  rank(model: Model, name: string, tokenizer?: Tokenizer): Promise<Ranked>;
  scores(ranked: Ranked): Both;
  /** The first against the second on the test queries, in Mono, CLIR and their gap. */
  compare(first: Ranked, second: Ranked): Promise<TestedAverage[]>;
  close(): Promise<void>;
}

/** Measures models in memory as an evaluation measures stored ones, query by query, and keeps what the two sides make of it. */
export async function openMeasurer(job: Job<'SWEEP'>, signal: AbortSignal): Promise<Measurer> {
  const { params, threads, device } = job;
  const { depth } = params;
  const [measure] = parseMeasures([params.metric], depth, 'input.metric');
  if (isBias(measure)) throw badInput('input.metric', `${params.metric} says nothing of Mono and CLIR`);
  const convention = conventionOf(params.convention ?? 'TREC_EVAL_9', 'ZERO');
  const { benchmarks, sides } = await readSides(job);
  const searcher = await openSearcher({ threads });
  const meter = { count: async () => signal.throwIfAborted(), signal };

  async function scoresOf(
    model: Parameters<typeof rankByModel>[0],
    benchmark: Benchmark,
  ): Promise<Measured[]> {
    const scored = new Map<JudgedPool, RunScores>();
    for await (const [pool, rankings] of rankByModel(model, benchmark, depth)) {
      const scorer = openScorer(pool.qrels, [measure], convention);
      for await (const [query, ranking] of rankings) scorer.take(query, ranking);
      scored.set(pool, scorer.finish());
    }
    return benchmark.directions.map((direction) => {
      const { queryLang, docLang, pool } = direction;
      const { queries, values } = scored.get(direction)!;
      return { queryLang, docLang, pool, queries, values: values[0] };
    });
  }

  return {
    metric: measureName(measure),
    queries: { selection: queriesOf(sides.selection).length, test: queriesOf(sides.test).length },
    async rank(model, name, tokenizer) {
      const encoder = await encoderOf(model, { threads, device, tokenizer });
      try {
        const ranked = new Map<Benchmark, Measured[]>();
        for (const benchmark of benchmarks)
          ranked.set(benchmark, await scoresOf({ encoder, digest: name, searcher, meter }, benchmark));
        return ranked;
      } finally {
        await encoder.close();
      }
    },
    scores(ranked) {
      const of = (side: Side) => partScores(onSide(ranked, side), side, measure, convention);
      return { selection: of(sides.selection), test: of(sides.test) };
    },
    async compare(first, second) {
      const { intervals } = sides.test;
      const theirs = onSide(second, sides.test);
      const paired = onSide(first, sides.test).map(
        ({ queryLang, docLang, queries, values }, d): PairedDirection => ({
          kind: queryLang === docLang ? 'MONO' : 'CROSS',
          queries,
          values: [values, theirs[d].values].map((of) => Array.from(of)),
        }),
      );
      return (await pairedTests(paired, 2, intervals)).averages;
    },
    close: () => searcher.close(),
  };
}

async function readSides({ params, inputs }: Job<'SWEEP'>) {
  const read = async (role: string) => {
    const input = inputs.find((i) => i.role === role);
    return input ? readBenchmark(input.path, input.digest, params.directions) : null;
  };
  const [test, selection] = [(await read('benchmark'))!, await read('selection')];
  const side = (benchmark: Benchmark, has: Side['has'] = () => true): Side => {
    const cluster = params.cluster ?? 'QUERY';
    const { bootstrap: resamples, seed, interval: method = 'PERCENTILE' } = params;
    const intervals = { resamples, seed, method, cluster, clusters: clustersOf(benchmark, cluster) };
    return { benchmark, has, intervals };
  };
  if (selection)
    return { benchmarks: [selection, test], sides: { selection: side(selection), test: side(test) } };
  const whole = side(test);
  const { seed, selectionShare } = params;
  const selected = selectionOf(queriesOf(whole), selectionShare!, seed, whole.intervals.clusters);
  const sides = {
    selection: { ...whole, has: (query: string) => selected.has(query) },
    test: { ...whole, has: (query: string) => !selected.has(query) },
  };
  for (const [name, { has }] of Object.entries(sides))
    for (const direction of test.directions)
      if (![...direction.qrels.keys()].some(has))
        throw badInput(
          'input.selectionShare',
          `${selectionShare} of the queries leaves none of ${showDirection(direction)} for ${name}; choose another share or seed`,
        );
  return { benchmarks: [test], sides };
}

const queriesOf = ({ benchmark, has }: Side) => [
  ...new Set(benchmark.directions.flatMap(({ qrels }) => [...qrels.keys()].filter(has))),
];

const onSide = (ranked: Ranked, { benchmark, has }: Side): Measured[] =>
  ranked.get(benchmark)!.map(({ queries, values, ...direction }) => ({
    ...direction,
    queries: queries.filter(has),
    values: values.filter((_, q) => has(queries[q])),
  }));

function partScores(
  own: Measured[],
  { benchmark, intervals }: Side,
  measure: Measure,
  convention: ReturnType<typeof conventionOf>,
): PartScores {
  const of = { system: '', benchmark: benchmark.digest, metric: measureName(measure) };
  const { scores, averages } = summarise(of, own, intervals, convention);
  const average = (name: string) => {
    const found = averages.find((a) => a.name === name);
    return found ? { value: found.value, ciLow: found.ciLow, ciHigh: found.ciHigh } : null;
  };
  return {
    directions: scores.map(({ queryLang, docLang, value, ciLow, ciHigh, n }) => ({
      ...{ queryLang, docLang, value, ciLow, ciHigh, queries: n },
    })),
    mono: average('MONO'),
    clir: average('CLIR'),
    gap: average('GAP'),
  };
}
