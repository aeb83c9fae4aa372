import { builder } from '#src/api/builder.ts';
import type { Context } from '#src/api/context.ts';
import type { BenchmarkMeta } from '#src/benchmarks/schema.ts';
import { badInput } from '#src/errors.ts';
import { averagesIn } from '#src/evaluation/criterion.ts';
import { checkDirection } from '#src/evaluation/launch.ts';
import { isBias, measureName, parseMeasures } from '#src/evaluation/measures.ts';
import { poolOf } from '#src/evaluation/pool.ts';
import { loadRow } from '#src/lineage/entity.ts';
import { checkMergeable } from '#src/models/merge.ts';
import { resolveRef } from '#src/names/ref.ts';
import { given, launchRun } from '#src/runs/mutation.ts';
import { askedSweep, LaunchMergeSweepInput, type SweepInput } from './input.ts';
import { SweepRunType } from './schema.ts';

builder.mutationField('launchMergeSweep', (t) =>
  t.field({
    type: SweepRunType,
    description:
      'Measures many merges of the same models without storing one, and chooses the best on queries that the test does not have.',
    args: { input: t.arg({ type: LaunchMergeSweepInput, required: true }) },
    resolve: async (_root, { input }, context) => {
      const { asked, recipes } = await askedSweep(context, input);
      const [{ inputs, used }] = recipes;
      await checkMergeable(context, recipes[0], asked);
      const { benchmark, selection } = await benchmarksOf(context, input);
      const [first] = asked.models;
      const reference =
        input.reference == null
          ? (asked.base ?? first.digest)
          : await resolveRef(context.lab.db.pool, 'MODEL', input.reference, 'input.reference');
      const [measure] = parseMeasures([input.metric!], input.depth!, 'input.metric');
      if (isBias(measure)) throw badInput('input.metric', `${input.metric} says nothing of Mono and CLIR`);
      const extra = [
        ...(inputs.some(({ digest }) => digest === reference)
          ? []
          : [{ kind: 'MODEL' as const, digest: reference, role: 'reference' }]),
        { kind: 'BENCHMARK' as const, digest: benchmark, role: 'benchmark' },
        ...(selection ? [{ kind: 'BENCHMARK' as const, digest: selection, role: 'selection' }] : []),
      ];
      const { directions, convention, interval, cluster, maxMonoLoss } = given(input);
      return launchRun(
        context,
        { ...input, onExisting: 'NEW_VERSION' },
        {
          kind: 'SWEEP',
          params: {
            merges: input.strategy === 'GREEDY' ? 'GREEDY' : recipes.map(({ params }) => params),
            ...{ reference, metric: measureName(measure), depth: input.depth! },
            ...given({ directions, convention, interval, cluster, maxMonoLoss }),
            ...(selection ? {} : { selectionShare: input.selectionShare ?? 0.5 }),
            criterion: input.criterion!,
            bootstrap: input.bootstrap!,
            seed: input.seed!,
          },
          inputs: [...inputs, ...extra.map(({ role, digest }) => ({ role, digest }))],
          used: [...used.map(({ kind, digest, role }) => ({ kind, digest, role })), ...extra],
          makes: null,
        },
      );
    },
  }),
);

/** Both have the directions asked for, and those have the averages that decide. */
async function benchmarksOf(context: Context, input: SweepInput) {
  const { pool } = context.lab.db;
  const benchmark = await resolveRef(pool, 'BENCHMARK', input.benchmark, 'input.benchmark');
  const ref = input.selectionBenchmark;
  const selection = ref == null ? null : await resolveRef(pool, 'BENCHMARK', ref, 'input.selectionBenchmark');
  if (selection === benchmark)
    throw badInput(
      'input.selectionBenchmark',
      'this is the benchmark that tests: leave it out to choose on a share of its queries',
    );
  if (selection && input.selectionShare != null)
    throw badInput(
      'input.selectionShare',
      'all queries of the selection benchmark choose: leave the share out',
    );
  for (const [digest, name] of [[benchmark, input.benchmark], ...(selection ? [[selection, ref!]] : [])])
    for (const [i, direction] of (input.directions ?? []).entries())
      await checkDirection(context, digest, name, direction, `input.directions[${i}]`);

  const row = (await loadRow(context, 'BENCHMARK', selection ?? benchmark))!;
  const directions = input.directions ?? (row.meta as unknown as BenchmarkMeta).directions;
  const needed = new Set([...averagesIn(input.criterion!), ...(input.maxMonoLoss == null ? [] : ['MONO'])]);
  const measured = new Set<string>(directions.map((d) => (poolOf(d) === 'MONO' ? 'MONO' : 'CLIR')));
  const missing = [...needed].find((average) => !measured.has(average));
  if (missing)
    throw badInput(
      'input.criterion',
      `no direction measured is ${missing === 'MONO' ? 'within one language' : 'across languages'}, so that there is no ${missing} to choose by`,
    );
  return { benchmark, selection };
}
