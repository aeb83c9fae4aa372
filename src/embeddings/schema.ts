import { builder } from '#src/api/builder.ts';
import { batched, inOrder } from '#src/api/context.ts';
import { TextRoleEnum } from '#src/corpora/schema.ts';
import { textRoles } from '#src/corpora/unit.ts';
import type { CollectionModel } from '#src/database/generated/models.ts';
import { badInput } from '#src/errors.ts';
import { type BenchmarkRow, type CorpusRow, type EmbeddingSetRow, loadRow } from '#src/lineage/entity.ts';
import { EntityInterface } from '#src/lineage/schema.ts';
import { ModelType } from '#src/models/schema.ts';
import { type NamedListArgs, namedConnection } from '#src/names/list.ts';
import { findRef, resolveRef } from '#src/names/ref.ts';
import { given, launchFields, launchRun } from '#src/runs/mutation.ts';
import { outputOf, runType } from '#src/runs/types.ts';

/** An embedding set belongs to a collection by its id; everything else goes by digest. */
const loadCollection = batched<number, (CorpusRow | BenchmarkRow) | null>(async (ids, { lab }) => {
  const rows = await lab.db.prisma.collection.findMany({ where: { id: { in: [...ids] } } });
  return inOrder(ids, rows as (CollectionModel & { kind: 'CORPUS' })[], (row) => row.id);
});

export const EmbeddingSetType = builder.objectRef<EmbeddingSetRow>('EmbeddingSet');
builder.node(EmbeddingSetType, {
  description:
    'The vectors of one model over the texts of one corpus or benchmark. Vectors themselves never travel.',
  interfaces: [EntityInterface],
  isTypeOf: (row) => (row as EmbeddingSetRow).kind === 'EMBEDDING_SET',
  id: { resolve: (row) => row.digest },
  loadMany: (digests, context) => digests.map((digest) => loadRow(context, 'EMBEDDING_SET', digest)),
  fields: (t) => ({
    model: t.field({
      type: ModelType,
      nullable: true,
      resolve: (set, _args, context) => loadRow(context, 'MODEL', set.modelDigest),
    }),
    collection: t.field({
      type: EntityInterface,
      nullable: true,
      description: 'The corpus or benchmark whose texts it holds.',
      resolve: (set, _args, context) => loadCollection(context, set.collectionId),
    }),
    dimension: t.exposeInt('dimension'),
    count: t.exposeInt('count', { description: 'Vectors.' }),
    details: t.expose('meta', { type: 'JSON' }),
  }),
});

const EmbeddingRunType = runType(
  'EMBEDDING',
  'Encodes the texts of a corpus or benchmark and stores the vectors.',
);
builder.objectFields(EmbeddingRunType, (t) => ({
  embeddingSet: t.field({
    type: EmbeddingSetType,
    nullable: true,
    resolve: (run, _args, context) => outputOf(context, run, 'EMBEDDING_SET'),
  }),
}));

const LaunchEmbeddingInput = builder.inputType('LaunchEmbeddingInput', {
  fields: (t) => ({
    ...launchFields(t, 'the embedding set'),
    model: t.string({ required: true }),
    corpus: t.string({ description: 'Give either a corpus or a benchmark.' }),
    benchmark: t.string(),
    languages: t.stringList({ description: 'All languages when left out.' }),
    roles: t.field({
      type: [TextRoleEnum],
      description: 'All texts when left out, but not the queries of a benchmark.',
    }),
  }),
});

builder.mutationField('launchEmbedding', (t) =>
  t.field({
    type: EmbeddingRunType,
    args: { input: t.arg({ type: LaunchEmbeddingInput, required: true }) },
    resolve: async (_root, { input }, context) => {
      if ((input.corpus == null) === (input.benchmark == null))
        throw badInput('input.corpus', 'give either a corpus or a benchmark');
      const { pool } = context.lab.db;
      const model = await resolveRef(pool, 'MODEL', input.model, 'input.model');
      const [kind, role, ref] =
        input.corpus != null
          ? (['CORPUS', 'corpus', input.corpus] as const)
          : (['BENCHMARK', 'benchmark', input.benchmark!] as const);
      const collection = await resolveRef(pool, kind, ref, `input.${role}`);
      const row = await loadRow(context, kind, collection);
      input.languages?.forEach((language, i) => {
        if (!row!.languages.includes(language))
          throw badInput(
            `input.languages[${i}]`,
            `${role} "${ref}" has no "${language.slice(0, 40)}"; it has ${row!.languages.join(', ')}`,
          );
      });
      const { languages, roles } = given(input);
      return launchRun(context, input, {
        kind: 'EMBEDDING',
        // Sets are equal whatever order was asked in.
        params: {
          ...(languages && { languages: [...new Set(languages)].sort() }),
          ...(roles && { roles: textRoles.filter((r) => roles.includes(r)) }),
        },
        inputs: [
          { role: 'model', digest: model },
          { role, digest: collection },
        ],
        used: [
          { kind: 'MODEL', digest: model, role: 'model' },
          { kind, digest: collection, role },
        ],
        makes: 'EMBEDDING_SET',
      });
    },
  }),
);

builder.queryFields((t) => ({
  embeddingSet: t.field({
    type: EmbeddingSetType,
    nullable: true,
    args: { ref: t.arg.string({ required: true }) },
    resolve: async (_root, { ref }, context) => {
      const digest = await findRef(context.lab.db.pool, 'EMBEDDING_SET', ref);
      return digest ? loadRow(context, 'EMBEDDING_SET', digest) : null;
    },
  }),
  embeddingSets: t.connection({
    type: EmbeddingSetType,
    args: { name: t.arg.string() },
    resolve: (_root, args: NamedListArgs, context) =>
      namedConnection<EmbeddingSetRow>(context, 'EMBEDDING_SET', args),
  }),
}));
