import { builder } from '#src/api/builder.ts';
import { loadRow } from '#src/lineage/entity.ts';
import { AliasType, loadAliases } from '#src/names/alias-schema.ts';
import { pointAlias, removeAlias, revertAlias } from './aliases.ts';
import { deleteSet } from './delete.ts';
import { EmbeddingSetType } from './schema.ts';
import { resolveSet } from './set.ts';

builder.objectFields(EmbeddingSetType, (t) => ({
  aliases: t.field({
    type: [AliasType],
    description: 'That point at it now, with every move they made.',
    resolve: (row, _args, context) => loadAliases(context, { kind: 'EMBEDDING_SET', digest: row.digest }),
  }),
}));

interface Deleted {
  digest: string;
  count: number;
}
const DeletedType = builder.objectRef<Deleted>('DeletedEmbeddingSet').implement({
  fields: (t) => ({
    digest: t.expose('digest', { type: 'Digest' }),
    count: t.exposeInt('count', { description: 'Vectors that it had.' }),
  }),
});

builder.mutationFields((t) => ({
  setEmbeddingAlias: t.field({
    type: EmbeddingSetType,
    nullable: true,
    description:
      'Points an alias at an embedding set, at once for every search: `name@alias` under any name, or an alias alone, which goes under the name the set is given by. Refused while the set is being made, and where it lacks texts that the alias serves now.',
    args: { embeddingSet: t.arg.string({ required: true }), alias: t.arg.string({ required: true }) },
    resolve: async (_root, { embeddingSet, alias }, context) =>
      loadRow(context, 'EMBEDDING_SET', (await pointAlias(context.lab, embeddingSet, alias)).digest),
  }),
  revertEmbeddingAlias: t.field({
    type: EmbeddingSetType,
    nullable: true,
    description: 'Moves `name@alias` back to the set it pointed at before its last move.',
    args: { alias: t.arg.string({ required: true }) },
    resolve: async (_root, { alias }, context) =>
      loadRow(context, 'EMBEDDING_SET', await revertAlias(context.lab, alias)),
  }),
  removeEmbeddingAlias: t.field({
    type: 'Boolean',
    description: 'Takes `name@alias` away; its history stays. True, or an error where there is none.',
    args: { alias: t.arg.string({ required: true }) },
    resolve: async (_root, { alias }, context) => {
      await removeAlias(context.lab, alias);
      return true;
    },
  }),
  deleteEmbeddingSet: t.field({
    type: DeletedType,
    description:
      'Drops a set with its vectors, indexes and recalls. Refused while an alias points at it, a run makes it again, or an index of it is built. Searches that have begun end with their hits or with NOT_FOUND; its embedding can be launched again.',
    args: { embeddingSet: t.arg.string({ required: true }) },
    resolve: async (_root, { embeddingSet }, { lab }) => {
      const set = await resolveSet(lab, embeddingSet, 'embeddingSet');
      await deleteSet(lab, set, 'embeddingSet');
      return { digest: set.digest, count: set.count };
    },
  }),
}));
