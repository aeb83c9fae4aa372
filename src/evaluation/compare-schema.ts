import { builder } from '#src/api/builder.ts';
import { BenchmarkType } from '#src/benchmarks/schema.ts';
import { loadRow } from '#src/lineage/entity.ts';
import { type Comparison, compare, type DirectionComparison, type Pair } from './compare.ts';
import { ScoreType, systemName } from './schema.ts';

const PairType = builder.objectRef<Pair>('PairedComparison').implement({
  description: 'System a against system b on the same queries; differences are a - b.',
  fields: (t) => ({
    a: t.string({ resolve: (pair, _args, context) => systemName(context, pair.a) }),
    b: t.string({ resolve: (pair, _args, context) => systemName(context, pair.b) }),
    difference: t.exposeFloat('difference'),
    ciLow: t.exposeFloat('ciLow', { nullable: true, description: '95 % percentile bootstrap over queries.' }),
    ciHigh: t.exposeFloat('ciHigh', { nullable: true }),
    p: t.exposeFloat('p', { description: 'Paired randomisation test, two-sided.' }),
    pHolm: t.exposeFloat('pHolm', {
      description: 'Adjusted over all pairs and directions of this comparison.',
    }),
    exact: t.exposeBoolean('exact', { description: 'All assignments of signs were gone through.' }),
    effectSize: t.exposeFloat('effectSize', {
      nullable: true,
      description: "Cohen's d of the paired differences.",
    }),
    win: t.exposeInt('win'),
    tie: t.exposeInt('tie'),
    loss: t.exposeInt('loss'),
  }),
});

const DirectionComparisonType = builder.objectRef<DirectionComparison>('DirectionComparison').implement({
  fields: (t) => ({
    queryLang: t.exposeString('queryLang'),
    docLang: t.exposeString('docLang'),
    scores: t.expose('scores', { type: [ScoreType], description: 'In the order of the systems.' }),
    pairs: t.expose('pairs', { type: [PairType] }),
  }),
});

const ComparisonType = builder.objectRef<Comparison>('Comparison').implement({
  fields: (t) => ({
    benchmark: t.field({
      type: BenchmarkType,
      resolve: async (comparison, _args, context) =>
        (await loadRow(context, 'BENCHMARK', comparison.benchmark))!,
    }),
    metric: t.exposeString('metric'),
    systems: t.stringList({
      resolve: ({ systems }, _args, context) =>
        Promise.all(systems.map((system) => systemName(context, system))),
    }),
    directions: t.expose('directions', { type: [DirectionComparisonType] }),
  }),
});

builder.queryField('compare', (t) =>
  t.field({
    type: ComparisonType,
    description: 'The latest scores of systems on a benchmark, direction by direction, with paired tests.',
    args: {
      models: t.arg.stringList({ required: true, description: 'Refs of models; "bm25" for the baseline.' }),
      benchmark: t.arg.string({ required: true }),
      metric: t.arg.string({ defaultValue: 'nDCG@10' }),
    },
    resolve: (_root, { models, benchmark, metric }, context) => compare(context, models, benchmark, metric!),
  }),
);
