/** The model in training, measured on a benchmark as an evaluation would measure the model it would be now. */
import { badInput } from '#src/errors.ts';
import { ownRuns } from '#src/evaluation/convention.ts';
import { measureName, parseMeasure } from '#src/evaluation/measures.ts';
import { mean } from '#src/evaluation/statistics.ts';
import type { TrainingEvaluation } from '#src/recipes/training.ts';
import { encoderOf } from '../encoder/encode.ts';
import type { Model } from '../encoder/model.ts';
import { readBenchmark } from '../evaluate/benchmark.ts';
import { scoreOf } from '../evaluate/metrics.ts';
import { judge } from '../evaluate/score.ts';
import { openSearcher } from '../evaluate/search.ts';
import { rankByModel } from '../evaluate/systems.ts';
import type { Job, Reporter } from '../job.ts';
import { inputPath } from './start.ts';

interface Direction {
  queryLang: string;
  docLang: string;
}
const isMono = ({ queryLang, docLang }: Direction) => queryLang === docLang;

/** Documents kept per query: what an EVALUATION keeps unless it is told otherwise. */
const usualDepth = 100;

export interface Measurement {
  /** By name of the series: `dev nDCG@10 ko-en`, `dev Mono`, `dev CLIR`. */
  series: Record<string, number>;
  /** The average that the recipe selects by. */
  selected: number;
}

export interface Development {
  settings: TrainingEvaluation;
  /** Whether the model is measured after so many steps. */
  isDue(step: number): boolean;
  measure(model: Model): Promise<Measurement>;
  close(): Promise<void>;
}

export async function openDevelopment(
  job: Job<'TRAINING'>,
  steps: number,
  report: Reporter,
): Promise<Development | null> {
  const { evaluation: settings } = job.params;
  if (!settings) return null;
  const measure = parseMeasure(settings.metric, 'evaluation.metric');
  const depth = Math.max(usualDepth, measure.cutoff ?? 0);
  const path = inputPath(job, 'benchmark', settings.benchmark);
  const benchmark = await readBenchmark(path, settings.benchmark, settings.directions);
  const { directions } = benchmark;
  if (settings.select !== 'ALL' && !directions.map(isMono).includes(settings.select === 'MONO'))
    throw badInput(
      'evaluation.select',
      `evaluation selects by ${settings.select}, but no direction measured is ${settings.select === 'MONO' ? 'within one language' : 'across languages'}`,
    );
  const searcher = await openSearcher(job);
  const meter = { count: async () => report.signal.throwIfAborted(), signal: report.signal };

  return {
    settings,
    isDue: (step) => step > 0 && (step % settings.every === 0 || step === steps),
    async measure(model) {
      const encoder = await encoderOf(model, job);
      const atWork = { encoder, digest: 'in training', searcher, meter };
      const values = new Map<Direction, number>();
      for await (const [direction, rankings] of rankByModel(atWork, benchmark, depth)) {
        const scores: number[] = [];
        for await (const [query, ranking] of rankings)
          scores.push(scoreOf(judge(query, ranking, direction.qrels.get(query)!, ownRuns), measure, ownRuns));
        values.set(direction, mean(scores));
      }
      await encoder.close();
      const of = (wanted: (d: Direction) => boolean) => directions.filter(wanted).map((d) => values.get(d)!);
      const [mono, clir] = [of(isMono), of((d) => !isMono(d))];
      const series = Object.fromEntries(
        directions.map((d) => [`dev ${measureName(measure)} ${d.queryLang}-${d.docLang}`, values.get(d)!]),
      );
      if (mono.length) series['dev Mono'] = mean(mono);
      if (clir.length) series['dev CLIR'] = mean(clir);
      const selected = { MONO: mono, CLIR: clir, ALL: of(() => true) }[settings.select];
      return { series, selected: mean(selected) };
    },
    close: () => searcher.close(),
  };
}
