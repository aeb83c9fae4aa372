import { builder } from '#src/api/builder.ts';
import { UnitConnection, UnitFilter, unitConnection } from '#src/corpora/schema.ts';
import { type BenchmarkRow, loadRow } from '#src/lineage/entity.ts';
import { EntityInterface } from '#src/lineage/schema.ts';
import { type NamedListArgs, namedConnection } from '#src/names/list.ts';
import { findRef } from '#src/names/ref.ts';

export interface BenchmarkMeta {
  queries: number;
  documents: number;
  directions: { queryLang: string; docLang: string; queries: number; qrels: number }[];
}

const DirectionType = builder.objectRef<BenchmarkMeta['directions'][number]>('Direction').implement({
  description: 'Queries of one language against documents of one language.',
  fields: (t) => ({
    queryLang: t.exposeString('queryLang'),
    docLang: t.exposeString('docLang'),
    queries: t.exposeInt('queries'),
    qrels: t.exposeInt('qrels'),
  }),
});

export const metaOf = (row: BenchmarkRow) => row.meta as unknown as BenchmarkMeta;

export const BenchmarkType = builder.objectRef<BenchmarkRow>('Benchmark');
builder.node(BenchmarkType, {
  description: 'Queries, documents and qrels, with ids shared across languages.',
  interfaces: [EntityInterface],
  isTypeOf: (row) => (row as BenchmarkRow).kind === 'BENCHMARK',
  id: { resolve: (row) => row.digest },
  loadMany: (digests, context) => digests.map((digest) => loadRow(context, 'BENCHMARK', digest)),
  fields: (t) => ({
    languages: t.exposeStringList('languages'),
    queries: t.int({ resolve: (row) => metaOf(row).queries }),
    documents: t.int({ resolve: (row) => metaOf(row).documents }),
    directions: t.field({ type: [DirectionType], resolve: (row) => metaOf(row).directions }),
    report: t.expose('report', { type: 'JSON' }),
    archive: t.string({
      description: 'Where it comes as a tar.gz in BEIR layout, a folder per direction.',
      resolve: ({ digest }) => `/benchmarks/${digest}.tar.gz`,
    }),
    units: t.field({
      type: UnitConnection,
      description: 'Queries and documents, each with its texts in every language.',
      args: { ...t.arg.connectionArgs(), filter: t.arg({ type: UnitFilter }) },
      resolve: (benchmark, args, context) => unitConnection(context, benchmark.id, args),
    }),
  }),
});

builder.queryFields((t) => ({
  benchmark: t.field({
    type: BenchmarkType,
    nullable: true,
    args: { ref: t.arg.string({ required: true }) },
    resolve: async (_root, { ref }, context) => {
      const digest = await findRef(context.lab.db.pool, 'BENCHMARK', ref);
      return digest ? loadRow(context, 'BENCHMARK', digest) : null;
    },
  }),
  benchmarks: t.connection({
    type: BenchmarkType,
    args: { name: t.arg.string() },
    resolve: (_root, args: NamedListArgs, context) =>
      namedConnection<BenchmarkRow>(context, 'BENCHMARK', args),
  }),
}));
