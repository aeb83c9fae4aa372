import { builder } from '#src/api/builder.ts';
import type { Context } from '#src/api/context.ts';
import { ArtifactOutputType } from '#src/artifacts/schema.ts';
import type { Direction } from '#src/benchmarks/entry.ts';
import type { BenchmarkMeta } from '#src/benchmarks/schema.ts';
import { badInput } from '#src/errors.ts';
import { loadRow } from '#src/lineage/entity.ts';
import { resolveRef } from '#src/names/ref.ts';
import { given, launchRun } from '#src/runs/mutation.ts';
import { artifactsOf, runType } from '#src/runs/types.ts';
import { ClusterEnum, ConventionEnum, IntervalEnum, MissingQueriesEnum, PoolEnum } from './enums.ts';
import { measureName, parseMeasures } from './measures.ts';
import { averagesOfRun, ScoreAverageType, ScoreType, scoresOfRun } from './schema.ts';

export const EvaluationRunType = runType(
  'EVALUATION',
  'Ranks and scores: every system on every benchmark, in every direction.',
);
export const defaultMetrics = ['nDCG@10', 'RR@10', 'R@100', 'AP'];
type InputBuilder = Parameters<Parameters<typeof builder.inputType>[1]['fields']>[0];

builder.objectFields(EvaluationRunType, (t) => ({
  scores: t.field({ type: [ScoreType], resolve: (run, _args, context) => scoresOfRun(context, run.id) }),
  averages: t.field({
    type: [ScoreAverageType],
    description: 'Mono average, CLIR average and their gap.',
    resolve: (run, _args, context) => averagesOfRun(context, run.id),
  }),
  artifacts: t.field({
    type: [ArtifactOutputType],
    description: 'The scores as a file, and the rankings as TREC runs.',
    resolve: (run, _args, context) => artifactsOf(context, run),
  }),
}));

/** What an input has that says how rankings are scored. Left out, it is left out of the recipe. */
export const scoringFields = (t: InputBuilder) => ({
  convention: t.field({ type: ConventionEnum, description: 'TREC_EVAL_9 when left out.' }),
  bootstrap: t.int({ defaultValue: 2000, description: 'Resamples behind the intervals; 0: none.' }),
  seed: t.int({ defaultValue: 0 }),
  interval: t.field({ type: IntervalEnum, description: 'PERCENTILE when left out.' }),
  cluster: t.field({ type: ClusterEnum, description: 'QUERY when left out.' }),
  force: t.boolean({ defaultValue: false, description: 'Run again although the recipe has been run.' }),
});

export const DirectionInput = builder.inputType('DirectionInput', {
  fields: (t) => ({ queryLang: t.string({ required: true }), docLang: t.string({ required: true }) }),
});

/** @throws UserError naming `path` when a benchmark does not judge the direction */
export async function checkDirection(
  context: Context,
  digest: string,
  ref: string,
  { queryLang, docLang }: Direction,
  path: string,
) {
  const benchmark = (await loadRow(context, 'BENCHMARK', digest))!;
  const { directions } = benchmark.meta as unknown as BenchmarkMeta;
  if (directions.some((d) => d.queryLang === queryLang && d.docLang === docLang)) return;
  throw badInput(
    path,
    `benchmark "${ref}" has no queries in "${queryLang.slice(0, 40)}" against documents in "${docLang.slice(0, 40)}"; it has ${directions
      .map((d) => `${d.queryLang} against ${d.docLang}`)
      .join(', ')}`,
  );
}

const LaunchEvaluationInput = builder.inputType('LaunchEvaluationInput', {
  fields: (t) => ({
    name: t.string({ description: 'A name for the run.' }),
    models: t.stringList({
      required: true,
      description: 'Refs of models; "bm25" is the built-in lexical baseline.',
    }),
    benchmarks: t.stringList({ required: true }),
    directions: t.field({ type: [DirectionInput], description: 'All that the benchmark has when left out.' }),
    pools: t.field({ type: [PoolEnum], description: 'MONO and CROSS when left out.' }),
    metrics: t.stringList({ defaultValue: defaultMetrics }),
    depth: t.int({ defaultValue: 100, description: 'Documents kept per query.' }),
    missingQueries: t.field({ type: MissingQueriesEnum, description: 'ZERO when left out.' }),
    ...scoringFields(t),
  }),
});

builder.mutationField('launchEvaluation', (t) =>
  t.field({
    type: EvaluationRunType,
    args: { input: t.arg({ type: LaunchEvaluationInput, required: true }) },
    resolve: async (_root, { input }, context) => {
      const { pool } = context.lab.db;
      if (input.models.length === 0) throw badInput('input.models', 'name at least one model, or "bm25"');
      if (input.benchmarks.length === 0) throw badInput('input.benchmarks', 'name at least one benchmark');
      const systems = await Promise.all(
        input.models.map((ref, i) =>
          ref.toLowerCase() === 'bm25' ? 'bm25' : resolveRef(pool, 'MODEL', ref, `input.models[${i}]`),
        ),
      );
      const benchmarks = await Promise.all(
        input.benchmarks.map((ref, i) => resolveRef(pool, 'BENCHMARK', ref, `input.benchmarks[${i}]`)),
      );
      for (const [b, digest] of benchmarks.entries())
        for (const [i, direction] of (input.directions ?? []).entries())
          await checkDirection(context, digest, input.benchmarks[b], direction, `input.directions[${i}]`);
      const models = [...new Set(systems.filter((system) => system !== 'bm25'))];
      const { directions, pools, convention, missingQueries, interval, cluster } = given(input);
      return launchRun(
        context,
        { ...input, onExisting: 'NEW_VERSION' },
        {
          kind: 'EVALUATION',
          params: {
            systems: [...new Set(systems)],
            ...given({ directions, pools, convention, missingQueries, interval, cluster }),
            metrics: parseMeasures(input.metrics!, input.depth!, 'input.metrics').map(measureName),
            depth: input.depth!,
            bootstrap: input.bootstrap!,
            seed: input.seed!,
          },
          inputs: [
            ...models.map((digest) => ({ role: 'model', digest })),
            ...[...new Set(benchmarks)].map((digest) => ({ role: 'benchmark', digest })),
          ],
          used: [
            ...models.map((digest) => ({ kind: 'MODEL' as const, digest, role: 'model' })),
            ...[...new Set(benchmarks)].map((digest) => ({
              kind: 'BENCHMARK' as const,
              digest,
              role: 'benchmark',
            })),
          ],
          makes: null,
        },
      );
    },
  }),
);
