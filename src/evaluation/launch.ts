import { builder } from '#src/api/builder.ts';
import { ArtifactOutputType } from '#src/artifacts/schema.ts';
import type { BenchmarkMeta } from '#src/benchmarks/schema.ts';
import { badInput } from '#src/errors.ts';
import { loadRow } from '#src/lineage/entity.ts';
import { resolveRef } from '#src/names/ref.ts';
import { given, launchRun } from '#src/runs/mutation.ts';
import { artifactsOf, runType } from '#src/runs/types.ts';
import { measureName, parseMeasures } from './measures.ts';
import { averagesOfRun, ScoreAverageType, ScoreType, scoresOfRun } from './schema.ts';

const EvaluationRunType = runType(
  'EVALUATION',
  'Ranks and scores: every system on every benchmark, in every direction.',
);
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

export const DirectionInput = builder.inputType('DirectionInput', {
  fields: (t) => ({ queryLang: t.string({ required: true }), docLang: t.string({ required: true }) }),
});

const LaunchEvaluationInput = builder.inputType('LaunchEvaluationInput', {
  fields: (t) => ({
    name: t.string({ description: 'A name for the run.' }),
    models: t.stringList({
      required: true,
      description: 'Refs of models; "bm25" is the built-in lexical baseline.',
    }),
    benchmarks: t.stringList({ required: true }),
    directions: t.field({ type: [DirectionInput], description: 'All that the benchmark has when left out.' }),
    metrics: t.stringList({ defaultValue: ['nDCG@10', 'RR@10', 'R@100', 'AP'] }),
    depth: t.int({ defaultValue: 100, description: 'Documents kept per query.' }),
    bootstrap: t.int({ defaultValue: 2000, description: 'Resamples behind the intervals; 0: none.' }),
    seed: t.int({ defaultValue: 0 }),
    force: t.boolean({ defaultValue: false }),
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
      for (const [b, digest] of benchmarks.entries()) {
        const { directions } = (await loadRow(context, 'BENCHMARK', digest))!
          .meta as unknown as BenchmarkMeta;
        input.directions?.forEach(({ queryLang, docLang }, i) => {
          if (!directions.some((d) => d.queryLang === queryLang && d.docLang === docLang))
            throw badInput(
              `input.directions[${i}]`,
              `benchmark "${input.benchmarks[b]}" has no queries in "${queryLang.slice(0, 40)}" against documents in "${docLang.slice(0, 40)}"; it has ${directions
                .map((d) => `${d.queryLang} against ${d.docLang}`)
                .join(', ')}`,
            );
        });
      }
      const models = [...new Set(systems.filter((system) => system !== 'bm25'))];
      const { directions } = given(input);
      return launchRun(
        context,
        { ...input, onExisting: 'NEW_VERSION' },
        {
          kind: 'EVALUATION',
          params: {
            systems: [...new Set(systems)],
            ...(directions && { directions }),
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
