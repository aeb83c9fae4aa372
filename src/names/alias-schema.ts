import { builder } from '#src/api/builder.ts';
import { batched, grouped } from '#src/api/context.ts';
import type { AliasModel, AliasMoveModel } from '#src/database/generated/models.ts';

const aliasKey = ({ kind, name, alias }: Pick<AliasModel, 'kind' | 'name' | 'alias'>) =>
  `${kind} ${name}@${alias}`;
const entityKey = ({ kind, digest }: Pick<AliasModel, 'kind' | 'digest'>) => `${kind} ${digest}`;

/** The aliases that point at an entity. */
export const loadAliases = batched<Pick<AliasModel, 'kind' | 'digest'>, AliasModel[]>(
  async (entities, { lab }) =>
    grouped(
      entities.map(entityKey),
      await lab.db.prisma.alias.findMany({
        where: { OR: entities.map(({ kind, digest }) => ({ kind, digest })) },
        orderBy: [{ name: 'asc' }, { alias: 'asc' }],
      }),
      entityKey,
    ),
  entityKey,
);

const loadMoves = batched<AliasModel, AliasMoveModel[]>(async (aliases, { lab }) => {
  const rows = await lab.db.prisma.aliasMove.findMany({
    where: { OR: aliases.map(({ kind, name, alias }) => ({ kind, name, alias })) },
    orderBy: { id: 'asc' },
  });
  return grouped(aliases.map(aliasKey), rows, aliasKey);
}, aliasKey);

const AliasMoveType = builder.objectRef<AliasMoveModel>('AliasMove').implement({
  fields: (t) => ({
    from: t.expose('from', { type: 'Digest', nullable: true }),
    to: t.expose('to', { type: 'Digest', nullable: true, description: 'Null: the alias was taken away.' }),
    at: t.expose('at', { type: 'DateTime' }),
  }),
});

export const AliasType = builder.objectRef<AliasModel>('Alias').implement({
  description: 'A movable name; every move is kept.',
  fields: (t) => ({
    ref: t.string({ resolve: ({ name, alias }) => `${name}@${alias}` }),
    name: t.exposeString('name'),
    alias: t.exposeString('alias'),
    history: t.field({
      type: [AliasMoveType],
      resolve: (alias, _args, context) => loadMoves(context, alias),
    }),
  }),
});
