import { builder } from '#src/api/builder.ts';
import { batched, grouped } from '#src/api/context.ts';
import type { ModelFileModel } from '#src/database/generated/models.ts';
import { badInput } from '#src/errors.ts';
import { ScoreType, scoresOf } from '#src/evaluation/schema.ts';
import { loadRow, type ModelRow, type TokenizerRow } from '#src/lineage/entity.ts';
import { EntityInterface } from '#src/lineage/schema.ts';
import { AliasType, loadAliases } from '#src/names/alias-schema.ts';
import { type NamedListArgs, namedConnection } from '#src/names/list.ts';
import { checkAlias, findRef, resolveRef } from '#src/names/ref.ts';
import { moveAlias } from '#src/names/register.ts';
import { modelCard } from './card.ts';
import { hasOnnx, onnxPaths } from './onnx.ts';

interface Parent {
  digest: string;
  role: string;
  weight: number | null;
}

/** Models that the run which made a model used, in the recipe's order. */
const loadParents = batched<string, Parent[]>(async (digests, { lab }) => {
  const { rows } = await lab.db.pool.query(
    `SELECT made.digest AS child, used.digest, used.role, used.weight
     FROM (SELECT DISTINCT ON (digest) digest, run_id FROM lineage_edge
           WHERE kind = 'MODEL' AND direction = 'GENERATED' AND digest = ANY($1) ORDER BY digest, id) made
     JOIN lineage_edge used ON used.run_id = made.run_id AND used.direction = 'USED' AND used.kind = 'MODEL'
     ORDER BY used.position`,
    [digests],
  );
  return grouped(digests, rows as (Parent & { child: string })[], (row) => row.child);
});

const loadFiles = batched<string, ModelFileModel[]>(async (digests, { lab }) =>
  grouped(
    digests,
    await lab.db.prisma.modelFile.findMany({
      where: { modelDigest: { in: [...digests] } },
      orderBy: { path: 'asc' },
    }),
    (row) => row.modelDigest,
  ),
);

const ModelParentType = builder.objectRef<Parent>('ModelParent').implement({
  fields: (t) => ({
    model: t.field({
      type: ModelType,
      nullable: true,
      resolve: (parent, _args, context) => loadRow(context, 'MODEL', parent.digest),
    }),
    role: t.exposeString('role'),
    weight: t.exposeFloat('weight', { nullable: true }),
  }),
});

/** A file that a model consists of, or one that is made of it when somebody asks. */
type FileRow = Pick<ModelFileModel, 'modelDigest' | 'path'> &
  Partial<Pick<ModelFileModel, 'digest' | 'size'>>;

const ModelFileType = builder.objectRef<FileRow>('ModelFile').implement({
  fields: (t) => ({
    path: t.exposeString('path'),
    digest: t.field({
      type: 'Digest',
      nullable: true,
      description:
        'Null for onnx/ and README.md, which follow from the model and are made when they are asked for.',
      resolve: (file) => file.digest ?? null,
    }),
    size: t.float({
      nullable: true,
      description: 'Bytes; null like the digest.',
      resolve: (file) => (file.size === undefined ? null : Number(file.size)),
    }),
    url: t.string({
      description: 'Where its bytes are served.',
      resolve: (file) =>
        file.digest ? `/artifacts/${file.digest}` : `/models/${file.modelDigest}/${file.path}`,
    }),
  }),
});

export const ModelType = builder.objectRef<ModelRow>('Model');
builder.node(ModelType, {
  description:
    'Weights, tokenizer, pooling, normalisation and prompts, immutable; its digest is that of all of them.',
  interfaces: [EntityInterface],
  isTypeOf: (row) => (row as ModelRow).kind === 'MODEL',
  id: { resolve: (row) => row.digest },
  loadMany: (digests, context) => digests.map((digest) => loadRow(context, 'MODEL', digest)),
  fields: (t) => ({
    architecture: t.exposeString('architecture'),
    parameters: t.float({ description: 'Weights it has.', resolve: (model) => Number(model.parameters) }),
    dimension: t.exposeInt('dimension', { description: 'Length of its vectors.' }),
    details: t.expose('meta', {
      type: 'JSON',
      description: 'Pooling, normalisation, prompts, longest input, what it was trained on.',
    }),
    aliases: t.field({
      type: [AliasType],
      resolve: (model, _args, context) => loadAliases(context, model),
    }),
    parents: t.field({
      type: [ModelParentType],
      description: 'The models it was merged or trained from, with their weights.',
      resolve: (model, _args, context) => loadParents(context, model.digest),
    }),
    scores: t.field({
      type: [ScoreType],
      args: { benchmark: t.arg.string(), metric: t.arg.string() },
      resolve: (model, { benchmark, metric }, context) => scoresOf(context, model.digest, benchmark, metric),
    }),
    files: t.field({
      type: [ModelFileType],
      description: 'The folder as sentence-transformers, transformers and transformers.js open it.',
      resolve: async (model, _args, context): Promise<FileRow[]> => [
        ...(await loadFiles(context, model.digest)),
        ...['README.md', ...(hasOnnx(model.architecture) ? onnxPaths : [])].map((path) => ({
          modelDigest: model.digest,
          path,
        })),
      ],
    }),
    archive: t.string({
      description: 'Where all files come as one tar archive.',
      resolve: (model) => `/models/${model.digest}.tar`,
    }),
    card: t.string({
      description: 'A model card in Markdown.',
      resolve: (model, _args, context) => modelCard(context, model),
    }),
  }),
});

export const TokenizerType = builder.objectRef<TokenizerRow>('Tokenizer');
builder.node(TokenizerType, {
  description: 'A tokenizer.json.',
  interfaces: [EntityInterface],
  isTypeOf: (row) => (row as TokenizerRow).kind === 'TOKENIZER',
  id: { resolve: (row) => row.digest },
  loadMany: (digests, context) => digests.map((digest) => loadRow(context, 'TOKENIZER', digest)),
  fields: (t) => ({
    algorithm: t.exposeString('algorithm'),
    vocabSize: t.exposeInt('vocabSize'),
    details: t.expose('meta', { type: 'JSON' }),
    url: t.string({ resolve: (row) => `/artifacts/${row.digest}` }),
  }),
});

builder.queryFields((t) => ({
  model: t.field({
    type: ModelType,
    nullable: true,
    args: { ref: t.arg.string({ required: true }) },
    resolve: async (_root, { ref }, context) => {
      const digest = await findRef(context.lab.db.pool, 'MODEL', ref);
      return digest ? loadRow(context, 'MODEL', digest) : null;
    },
  }),
  models: t.connection({
    type: ModelType,
    args: { name: t.arg.string() },
    resolve: (_root, args: NamedListArgs, context) => namedConnection<ModelRow>(context, 'MODEL', args),
  }),
  tokenizer: t.field({
    type: TokenizerType,
    nullable: true,
    args: { ref: t.arg.string({ required: true }) },
    resolve: async (_root, { ref }, context) => {
      const digest = await findRef(context.lab.db.pool, 'TOKENIZER', ref);
      return digest ? loadRow(context, 'TOKENIZER', digest) : null;
    },
  }),
}));

builder.mutationField('setAlias', (t) =>
  t.field({
    type: ModelType,
    description:
      'Points name@alias at a model. The model is given as name, name@version or name@alias; the alias goes under that name.',
    args: { model: t.arg.string({ required: true }), alias: t.arg.string({ required: true }) },
    resolve: async (_root, { model, alias }, context) => {
      const { db } = context.lab;
      const digest = await resolveRef(db.pool, 'MODEL', model, 'model');
      const word = checkAlias(alias, 'alias');
      const name = await nameOf(context, model, digest);
      await db.transaction((tx) => moveAlias(tx, 'MODEL', name, word, digest));
      return (await loadRow(context, 'MODEL', digest))!;
    },
  }),
);

async function nameOf({ lab }: Parameters<typeof loadRow>[0], ref: string, digest: string): Promise<string> {
  if (ref !== digest) return ref.split('@')[0].normalize('NFC');
  const named = await lab.db.prisma.name.findFirst({
    where: { kind: 'MODEL', digest },
    orderBy: { createdAt: 'asc' },
  });
  if (!named)
    throw badInput(
      'model',
      `model ${digest} has no name that an alias could go under; give the model as name@version`,
    );
  return named.name;
}
