import { builder } from '#src/api/builder.ts';
import type { Context } from '#src/api/context.ts';
import { AverageComparisonType } from '#src/evaluation/compare-schema.ts';
import { CriterionEnum } from '#src/evaluation/enums.ts';
import type { Estimate } from '#src/evaluation/scores.ts';
import { loadRow } from '#src/lineage/entity.ts';
import { yamlOf } from '#src/models/merge-check.ts';
import { MergeMethodEnum } from '#src/models/merge-input.ts';
import { ModelType } from '#src/models/schema.ts';
import { runType } from '#src/runs/types.ts';
import { loadSweep, mergeInputs, paramsOf, type Sweep } from './load.ts';
import type { PartScores, SweepPoint } from './sweep-file.ts';

const FigureType = builder.objectRef<Estimate>('SweepFigure').implement({
  fields: (t) => ({
    value: t.exposeFloat('value'),
    ciLow: t.exposeFloat('ciLow', { nullable: true, description: '95 % bootstrap interval.' }),
    ciHigh: t.exposeFloat('ciHigh', { nullable: true }),
  }),
});

const DirectionScoreType = builder.objectRef<PartScores['directions'][number]>('SweepDirection').implement({
  fields: (t) => ({
    queryLang: t.exposeString('queryLang'),
    docLang: t.exposeString('docLang'),
    value: t.exposeFloat('value'),
    ciLow: t.exposeFloat('ciLow', { nullable: true, description: '95 % bootstrap interval.' }),
    ciHigh: t.exposeFloat('ciHigh', { nullable: true }),
    queries: t.exposeInt('queries'),
  }),
});

const PartScoresType = builder.objectRef<PartScores>('SweepScores').implement({
  description: 'One model on the queries of one side.',
  fields: (t) => ({
    directions: t.expose('directions', { type: [DirectionScoreType] }),
    mono: t.expose('mono', { type: FigureType, nullable: true, description: 'Mean within a language.' }),
    clir: t.expose('clir', { type: FigureType, nullable: true, description: 'Mean across languages.' }),
    gap: t.expose('gap', { type: FigureType, nullable: true, description: 'Mono - CLIR.' }),
  }),
});

/** A point knows its sweep. */
interface PointRow {
  index: number;
  point: SweepPoint;
  sweep: Sweep;
}
const rowOf = (sweep: Sweep, index: number): PointRow => ({ index, point: sweep.points[index], sweep });

const PointType = builder.objectRef<PointRow>('SweepPoint').implement({
  description: 'A merge that was made, measured and not stored; materialiseSweepPoint makes it a model.',
  fields: (t) => ({
    index: t.exposeInt('index'),
    method: t.field({ type: MergeMethodEnum, resolve: ({ point }) => point.merge.method }),
    weights: t.field({
      type: t.listRef('Float'),
      nullable: true,
      description: 'Of the models in their order, where each is one number.',
      resolve: ({ point }) => plainWeights(point),
    }),
    parameters: t.field({
      type: 'JSON',
      description: 'The merge as a recipe has it.',
      resolve: ({ point }) => point.merge,
    }),
    yaml: t.string({
      description: 'The merge as a mergekit configuration.',
      resolve: ({ point, sweep }, _args, context) =>
        yamlOf(context, { params: point.merge, inputs: mergeInputs(sweep) }),
    }),
    selection: t.field({ type: PartScoresType, resolve: ({ point }) => point.selection }),
    test: t.field({
      type: PartScoresType,
      description: 'On the queries that have no say in the choice.',
      resolve: ({ point }) => point.test,
    }),
    value: t.float({
      description: 'The criterion on the selection queries.',
      resolve: ({ point }) => point.value,
    }),
    eligible: t.boolean({
      description: 'Its Mono is no further below the reference’s than maxMonoLoss.',
      resolve: ({ point }) => point.eligible,
    }),
    onFront: t.boolean({
      description: 'No other point has more Mono or CLIR on the selection queries and not less of the other.',
      resolve: ({ point }) => point.onFront,
    }),
    kept: t.boolean({
      nullable: true,
      description: 'Of a greedy soup: it was the soup from then on.',
      resolve: ({ point }) => point.kept ?? null,
    }),
  }),
});

/** Null where a weight varies by layer or tensor, or the method has none. */
export function plainWeights({ merge: { weights } }: SweepPoint): number[] | null {
  return weights?.every((weight) => typeof weight === 'number') ? (weights as number[]) : null;
}

const ReferenceType = builder.objectRef<Sweep['reference']>('SweepReference').implement({
  fields: (t) => ({
    model: t.field({
      type: ModelType,
      resolve: async ({ model }, _args, context) => (await loadRow(context, 'MODEL', model))!,
    }),
    selection: t.field({ type: PartScoresType, resolve: ({ selection }) => selection }),
    test: t.field({ type: PartScoresType, resolve: ({ test }) => test }),
  }),
});

const SweepType = builder.objectRef<Sweep>('Sweep').implement({
  description:
    'Many merges of the same models, measured on two sets of queries: one chooses, the other tests.',
  fields: (t) => ({
    metric: t.exposeString('metric'),
    criterion: t.field({ type: CriterionEnum, resolve: (sweep) => paramsOf(sweep).criterion }),
    selectionQueries: t.int({ resolve: ({ queries }) => queries.selection }),
    testQueries: t.int({ resolve: ({ queries }) => queries.test }),
    models: t.field({
      type: [ModelType],
      description: 'What the points merge, in the order of their weights.',
      resolve: (sweep, _args, context) => modelsOf(context, sweep, 'model'),
    }),
    base: t.field({
      type: ModelType,
      nullable: true,
      resolve: async (sweep, _args, context) => (await modelsOf(context, sweep, 'base'))[0] ?? null,
    }),
    reference: t.field({ type: ReferenceType, resolve: ({ reference }) => reference }),
    points: t.field({ type: [PointType], resolve: (sweep) => sweep.points.map((_, i) => rowOf(sweep, i)) }),
    frontier: t.field({
      type: [PointType],
      description: 'The points on the front, from the least CLIR to the greatest.',
      resolve: (sweep) =>
        sweep.points
          .map((_, i) => rowOf(sweep, i))
          .filter(({ point }) => point.onFront)
          .sort((a, b) => (a.point.selection.clir?.value ?? 0) - (b.point.selection.clir?.value ?? 0)),
    }),
    best: t.field({
      type: PointType,
      nullable: true,
      description: 'Chosen on the selection queries; null where no point is eligible.',
      resolve: (sweep) => (sweep.best === null ? null : rowOf(sweep, sweep.best)),
    }),
    tests: t.field({
      type: [AverageComparisonType],
      nullable: true,
      description:
        'The best (a) against the reference (b) on the test queries, by Mono, CLIR and gap; null without a best, or where no resamples were asked for.',
      resolve: ({ tests, best, reference }) =>
        tests?.map((test) => ({ ...test, systems: [`point ${best}`, reference.model] })) ?? null,
    }),
    csv: t.string({
      description: 'Where the points are served as a table.',
      resolve: ({ run }) => `/sweeps/${run.id}.csv`,
    }),
    plot: t.string({
      description: 'Where Mono against CLIR is served as a drawing.',
      resolve: ({ run }) => `/sweeps/${run.id}.svg`,
    }),
  }),
});

async function modelsOf(context: Context, sweep: Sweep, of: string) {
  const inputs = mergeInputs(sweep).filter(({ role }) => role === of);
  return Promise.all(inputs.map(async ({ digest }) => (await loadRow(context, 'MODEL', digest))!));
}

export const SweepRunType = runType('SWEEP', 'Measures many merges of the same models without storing one.');
builder.objectFields(SweepRunType, (t) => ({
  sweep: t.field({
    type: SweepType,
    nullable: true,
    description: 'Null until the run has succeeded; its metrics show each point as it is measured.',
    resolve: (run, _args, context) => loadSweep(context, run.id),
  }),
}));
