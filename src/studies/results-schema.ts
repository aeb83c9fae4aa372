import { builder } from '#src/api/builder.ts';
import { UserError } from '#src/errors.ts';
import { CriterionEnum } from '#src/evaluation/enums.ts';
import { measureName, parseMeasure } from '#src/evaluation/measures.ts';
import { loadRun } from '#src/runs/load.ts';
import { RunInterface, runId } from '#src/runs/schema.ts';
import { type Choice, choose } from './choice.ts';
import { compositionsOf } from './compositions.ts';
import { type Effect, effectsOf, type Level, type SeedMean } from './effects.ts';
import { findLeaks, type Leak } from './leaks.ts';
import { benchmarksOf } from './plan.ts';
import { reportFormats, writeReport } from './report/report.ts';
import { readMeasured, rowName, type StudyTable, studyTables } from './results.ts';
import { loadSteps, StudyType, statusOf } from './schema.ts';
import type { StudyRow } from './store.ts';
import type { Difference, Figure, Row } from './table.ts';
import { type StudyVerification, verificationOf } from './verify.ts';

const FigureType = builder.objectRef<Figure>('StudyFigure').implement({
  fields: (t) => ({
    value: t.exposeFloat('value'),
    ciLow: t.float({
      nullable: true,
      description: '95 % percentile bootstrap over queries.',
      resolve: (f) => f.ci?.low ?? null,
    }),
    ciHigh: t.float({ nullable: true, resolve: (f) => f.ci?.high ?? null }),
    seedSd: t.exposeFloat('seedSd', { nullable: true, description: 'Standard deviation over seeds.' }),
  }),
});

const DifferenceType = builder.objectRef<Difference>('StudyDifference').implement({
  description: 'Against the base that the system was trained from, paired by query.',
  fields: (t) => ({
    value: t.exposeFloat('value'),
    ciLow: t.float({ nullable: true, resolve: (d) => d.ci?.low ?? null }),
    ciHigh: t.float({ nullable: true, resolve: (d) => d.ci?.high ?? null }),
    p: t.exposeFloat('p', { description: 'Paired randomisation test, two-sided.' }),
    pHolm: t.exposeFloat('pHolm', { description: 'Adjusted over all rows of the table and both averages.' }),
    effectSize: t.exposeFloat('effectSize', { nullable: true }),
    win: t.exposeInt('win'),
    tie: t.exposeInt('tie'),
    loss: t.exposeInt('loss'),
  }),
});

const RowDirectionType = builder.objectRef<Row['directions'][number]>('StudyRowDirection').implement({
  fields: (t) => ({
    queryLang: t.exposeString('queryLang'),
    docLang: t.exposeString('docLang'),
    figure: t.field({ type: FigureType, resolve: (d) => d }),
  }),
});

const RoleEnum = builder.enumType('StudyRole', {
  values: ['BASELINE', 'BASE', 'COMPOSITION', 'UNION', 'MERGE'] as const,
});

interface NamedRow extends Row {
  title: string;
}
const RowType = builder.objectRef<NamedRow>('StudyTableRow').implement({
  description: 'A system of the grid, its seeds averaged.',
  fields: (t) => ({
    system: t.exposeString('title', { description: 'What tells it from the other rows.' }),
    name: t.string({ description: 'Of the composition, union or merge.', resolve: (row) => row.cell.name }),
    role: t.field({ type: RoleEnum, resolve: (row) => row.cell.role }),
    base: t.string({ nullable: true, resolve: (row) => row.cell.base }),
    factors: t.field({ type: 'JSON', resolve: (row) => row.cell.factors }),
    seeds: t.intList({ resolve: (row) => row.seeds }),
    directions: t.field({ type: [RowDirectionType], resolve: (row) => row.directions }),
    mono: t.expose('mono', { type: FigureType, nullable: true }),
    clir: t.expose('clir', { type: FigureType, nullable: true }),
    gap: t.expose('gap', { type: FigureType, nullable: true }),
    deltaMono: t.expose('deltaMono', { type: DifferenceType, nullable: true }),
    deltaClir: t.expose('deltaClir', { type: DifferenceType, nullable: true }),
    runs: t.field({
      type: [RunInterface],
      description: 'The evaluations behind the figures.',
      resolve: async (row, _args, context) =>
        (await Promise.all(row.runs.map((run) => loadRun(context, runId(run))))).filter(
          (run) => run !== null,
        ),
    }),
  }),
});

const TableType = builder.objectRef<StudyTable>('StudyTable').implement({
  fields: (t) => ({
    benchmark: t.exposeString('benchmark'),
    metric: t.exposeString('metric'),
    rows: t.field({
      type: [RowType],
      resolve: ({ rows }) => rows.map((row) => ({ ...row, title: rowName(row.cell, rows) })),
    }),
  }),
});

const SeedMeanType = builder.objectRef<SeedMean>('SeedMean').implement({
  fields: (t) => ({
    value: t.exposeFloat('value'),
    ciLow: t.exposeFloat('ciLow', { nullable: true, description: '95 % t interval over seeds.' }),
    ciHigh: t.exposeFloat('ciHigh', { nullable: true }),
  }),
});
const LevelType = builder.objectRef<Level>('EffectLevel').implement({
  fields: (t) => ({
    level: t.exposeString('level'),
    cells: t.exposeInt('cells'),
    mono: t.expose('mono', { type: SeedMeanType, nullable: true }),
    clir: t.expose('clir', { type: SeedMeanType, nullable: true }),
  }),
});
const EffectType = builder.objectRef<Effect>('Effect').implement({
  description: 'Marginal means over the trained compositions: what one factor does, all else averaged.',
  fields: (t) => ({ factor: t.exposeString('factor'), levels: t.expose('levels', { type: [LevelType] }) }),
});

const LeakType = builder.objectRef<Leak>('StudyLeak').implement({
  description:
    'Texts of a benchmark that stand in a corpus the study trains on, whole, but for spacing and punctuation.',
  fields: (t) => ({
    benchmark: t.exposeString('benchmark'),
    corpus: t.expose('corpus', { type: 'Digest' }),
    texts: t.exposeInt('texts'),
    of: t.exposeInt('of', { description: 'Texts of the benchmark.' }),
  }),
});

const ChosenOnType = builder.objectRef<Choice['test'][number]>('StudyChoiceTest').implement({
  fields: (t) => ({
    benchmark: t.exposeString('benchmark'),
    row: t.field({ type: RowType, resolve: ({ row }) => ({ ...row, title: row.cell.name }) }),
  }),
});
const ChoiceType = builder.objectRef<Choice>('StudyChoice').implement({
  fields: (t) => ({
    criterion: t.expose('criterion', { type: CriterionEnum }),
    system: t.string({ resolve: ({ row }) => row.cell.name }),
    selection: t.exposeFloat('selection', {
      description: 'The criterion, averaged over the selection benchmarks.',
    }),
    test: t.expose('test', { type: [ChosenOnType], description: 'On the benchmarks that had no say.' }),
  }),
});

const VerificationType = builder.objectRef<StudyVerification>('StudyVerification').implement({
  fields: (t) => ({
    runs: t.exposeInt('runs'),
    equal: t.exposeInt('equal', { description: 'Made again with all digests equal.' }),
    different: t.exposeInt('different'),
    open: t.exposeInt('open', { description: 'Not made again yet.' }),
  }),
});

const FormatEnum = builder.enumType('ReportFormat', { values: reportFormats });

/** The metric asked for, or the study's first; it must be one that the study measures. */
function metricOf({ spec }: StudyRow, asked: string | null | undefined): string {
  const measured = spec.evaluation.metrics.map((name) => measureName(parseMeasure(name)));
  const metric = asked == null ? measured[0] : measureName(parseMeasure(asked, 'metric'));
  if (measured.includes(metric)) return metric;
  const message = `the study does not measure ${metric}; it measures ${measured.join(', ')}`;
  throw new UserError('BAD_USER_INPUT', message, [{ path: 'metric', message }]);
}

function benchmarkOf({ spec }: StudyRow, asked: string | null | undefined): string[] {
  const all = benchmarksOf(spec);
  if (asked == null) return all;
  if (all.includes(asked)) return [asked];
  const message = `the study does not measure on "${asked.slice(0, 100)}"; its benchmarks are ${all.join(', ')}`;
  throw new UserError('BAD_USER_INPUT', message, [{ path: 'benchmark', message }]);
}

builder.objectFields(StudyType, (t) => ({
  tables: t.field({
    type: [TableType],
    description:
      'System by direction, with intervals, averages and differences to the base: one table a benchmark.',
    args: { benchmark: t.arg.string(), metric: t.arg.string() },
    resolve: async (study, { benchmark, metric }, context) =>
      studyTables(
        context,
        await loadSteps(context, study.id),
        benchmarkOf(study, benchmark),
        metricOf(study, metric),
      ),
  }),
  effects: t.field({
    type: [EffectType],
    args: { benchmark: t.arg.string({ required: true }), metric: t.arg.string() },
    resolve: async (study, { benchmark, metric }, context) => {
      const [name] = benchmarkOf(study, benchmark);
      const steps = (await loadSteps(context, study.id)).filter(
        ({ kind, status, cell }) =>
          kind === 'EVALUATION' && status === 'SUCCEEDED' && cell.benchmark === name,
      );
      return effectsOf(
        await readMeasured(context, steps, metricOf(study, metric)),
        compositionsOf(study.spec),
      );
    },
  }),
  choice: t.field({
    type: ChoiceType,
    nullable: true,
    description:
      'The best system on the selection benchmarks, and how it does on the others. Null without selection benchmarks.',
    args: { criterion: t.arg({ type: CriterionEnum, defaultValue: 'MEAN' }), metric: t.arg.string() },
    resolve: async (study, { criterion, metric }, context) =>
      choose(
        await studyTables(
          context,
          await loadSteps(context, study.id),
          benchmarksOf(study.spec),
          metricOf(study, metric),
        ),
        study.spec.evaluation.selection,
        criterion!,
      ),
  }),
  leaks: t.field({
    type: [LeakType],
    resolve: async (study, _args, context) =>
      findLeaks(context.lab.db.pool, await loadSteps(context, study.id)),
  }),
  verification: t.field({
    type: VerificationType,
    resolve: async (study, _args, context) => verificationOf(context, await loadSteps(context, study.id)),
  }),
  report: t.string({
    description: 'The whole study as a document: tables, plots, effects, what was trained on what.',
    args: { format: t.arg({ type: FormatEnum, defaultValue: 'MARKDOWN' }), metric: t.arg.string() },
    resolve: async (study, { format, metric }, context) => {
      const steps = await loadSteps(context, study.id);
      return writeReport(context, study, statusOf(study, steps), steps, metricOf(study, metric), format!);
    },
  }),
}));
