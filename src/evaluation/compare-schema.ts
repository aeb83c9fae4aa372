import { builder } from '#src/api/builder.ts';
import { BenchmarkType } from '#src/benchmarks/schema.ts';
import { loadRow } from '#src/lineage/entity.ts';
import { type Comparison, compare, type DirectionComparison } from './compare.ts';
import { ClusterEnum, IntervalEnum, PoolEnum } from './enums.ts';
import type { PairedTest, Tested, TestedAverage } from './paired.ts';
import { AverageNameEnum, ScoreType, systemName } from './schema.ts';
import type { Estimate } from './scores.ts';

/** Systems are numbers until their names are asked for. */
type Of<T> = T & { systems: string[] };

const PairType = builder.objectRef<Of<PairedTest>>('PairedComparison').implement({
  description: 'System a against system b on the same queries; differences are a - b.',
  fields: (t) => ({
    a: t.string({ resolve: ({ systems, a }, _args, context) => systemName(context, systems[a]) }),
    b: t.string({ resolve: ({ systems, b }, _args, context) => systemName(context, systems[b]) }),
    difference: t.exposeFloat('difference'),
    ciLow: t.exposeFloat('ciLow', { nullable: true, description: '95 % bootstrap interval.' }),
    ciHigh: t.exposeFloat('ciHigh', { nullable: true }),
    p: t.exposeFloat('p', {
      description: 'Paired randomisation test, two-sided; by clusters where they are asked for.',
    }),
    pHolm: t.exposeFloat('pHolm', {
      description: 'Adjusted over all pairs and directions, or all pairs and averages, of this comparison.',
    }),
    exact: t.exposeBoolean('exact', { description: 'All assignments of signs were gone through.' }),
    t: t.exposeFloat('t', {
      nullable: true,
      description: "Student's paired t; null where the differences have no spread.",
    }),
    pT: t.exposeFloat('pT', { nullable: true, description: "Student's paired t test, two-sided." }),
    pTHolm: t.exposeFloat('pTHolm', { nullable: true }),
    effectSize: t.exposeFloat('effectSize', {
      nullable: true,
      description: "Cohen's d of the paired differences.",
    }),
    win: t.exposeInt('win'),
    tie: t.exposeInt('tie'),
    loss: t.exposeInt('loss'),
  }),
});

const EstimateType = builder.objectRef<Estimate & { system: string }>('Estimate').implement({
  description: 'A mean over the queries that all systems of a comparison have.',
  fields: (t) => ({
    system: t.string({ resolve: ({ system }, _args, context) => systemName(context, system) }),
    value: t.exposeFloat('value'),
    ciLow: t.exposeFloat('ciLow', { nullable: true }),
    ciHigh: t.exposeFloat('ciHigh', { nullable: true }),
  }),
});

/** Row i, column k: of system i against system k. */
function matrix(
  { pairs, estimates }: Tested,
  diagonal: number,
  value: (pair: PairedTest, sign: 1 | -1) => number,
) {
  const rows = estimates.map(() => estimates.map(() => diagonal));
  for (const pair of pairs) {
    rows[pair.a][pair.b] = value(pair, 1);
    rows[pair.b][pair.a] = value(pair, -1);
  }
  return rows;
}

const TestedInterface = builder.interfaceRef<Of<Tested>>('PairedTests').implement({
  description: 'Systems compared on the queries that all of them have.',
  fields: (t) => ({
    queries: t.exposeInt('queries'),
    estimates: t.field({
      type: [EstimateType],
      description: 'In the order of the systems.',
      resolve: ({ estimates, systems }) => estimates.map((e, i) => ({ ...e, system: systems[i] })),
    }),
    pairs: t.field({
      type: [PairType],
      resolve: ({ pairs, systems }) => pairs.map((pair) => ({ ...pair, systems })),
    }),
    differences: t.field({
      type: t.listRef(t.listRef('Float')),
      description: 'Matrix of systems: row minus column.',
      resolve: (tested) => matrix(tested, 0, ({ difference }, sign) => sign * difference),
    }),
    pHolm: t.field({
      type: t.listRef(t.listRef('Float')),
      description: 'Matrix of systems: adjusted p-values of the randomisation test, 1 on the diagonal.',
      resolve: (tested) => matrix(tested, 1, ({ pHolm }) => pHolm),
    }),
  }),
});

const DirectionComparisonType = builder.objectRef<Of<DirectionComparison>>('DirectionComparison').implement({
  interfaces: [TestedInterface],
  isTypeOf: (of) => 'queryLang' in (of as object),
  fields: (t) => ({
    queryLang: t.exposeString('queryLang'),
    docLang: t.exposeString('docLang'),
    pool: t.expose('pool', { type: PoolEnum }),
    scores: t.expose('scores', {
      type: [ScoreType],
      description: 'As stored, each over all its queries; in the order of the systems.',
    }),
  }),
});

export const AverageComparisonType = builder.objectRef<Of<TestedAverage>>('AverageComparison').implement({
  description:
    'Systems compared by an average of directions. Queries are drawn, and change signs, in all their directions together.',
  interfaces: [TestedInterface],
  isTypeOf: (of) => 'name' in (of as object),
  fields: (t) => ({
    name: t.field({ type: AverageNameEnum, resolve: ({ name }) => name }),
    directions: t.exposeInt('directions'),
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
    directions: t.field({
      type: [DirectionComparisonType],
      resolve: ({ directions, systems }) => directions.map((direction) => ({ ...direction, systems })),
    }),
    averages: t.field({
      type: [AverageComparisonType],
      description: 'MONO, CLIR and GAP over the directions that all systems have.',
      resolve: ({ averages, systems }) => averages.map((average) => ({ ...average, systems })),
    }),
  }),
});

builder.queryField('compare', (t) =>
  t.field({
    type: ComparisonType,
    description:
      'The latest scores of systems on a benchmark, direction by direction and on average, with paired tests.',
    args: {
      models: t.arg.stringList({
        required: true,
        description: 'Refs of models; "bm25" for the baseline, "run:" and its name for a foreign system.',
      }),
      benchmark: t.arg.string({ required: true }),
      metric: t.arg.string({ defaultValue: 'nDCG@10' }),
      interval: t.arg({ type: IntervalEnum, defaultValue: 'PERCENTILE' }),
      cluster: t.arg({ type: ClusterEnum, defaultValue: 'QUERY' }),
    },
    resolve: (_root, { models, benchmark, ...options }, context) =>
      compare(context, models, benchmark, {
        metric: options.metric!,
        interval: options.interval!,
        cluster: options.cluster!,
      }),
  }),
);
