import { builder } from '#src/api/builder.ts';
import { page } from '#src/api/connection.ts';
import { batched, type Context, grouped } from '#src/api/context.ts';
import type { TextModel, UnitModel } from '#src/database/generated/models.ts';
import { type CorpusRow, loadRow } from '#src/lineage/entity.ts';
import { EntityInterface } from '#src/lineage/schema.ts';
import { type NamedListArgs, namedConnection } from '#src/names/list.ts';
import { findRef } from '#src/names/ref.ts';

export const UnitKindEnum = builder.enumType('UnitKind', {
  values: ['SEGMENT', 'PAIR', 'PARAPHRASE', 'QUERY', 'DOCUMENT'] as const,
});
export const TextRoleEnum = builder.enumType('TextRole', {
  values: ['TEXT', 'QUERY', 'PASSAGE', 'NEGATIVE', 'FIRST', 'SECOND', 'DOCUMENT'] as const,
});

/** The texts of units, one query for all units of an operation. */
const loadTexts = batched<UnitModel, TextModel[]>(
  async (units, { lab }) => {
    const { rows } = await lab.db.pool.query(
      `SELECT t.collection_id AS "collectionId", t.ordinal, t.unit_ordinal AS "unitOrdinal", t.role, t.language, t.title, t.text
       FROM text t JOIN unnest($1::int[], $2::int[]) AS u(c, o) ON t.collection_id = u.c AND t.unit_ordinal = u.o
       ORDER BY t.collection_id, t.ordinal`,
      [units.map((unit) => unit.collectionId), units.map((unit) => unit.ordinal)],
    );
    return grouped(
      units.map(unitKey),
      rows as TextModel[],
      (row) => `${row.collectionId} ${row.unitOrdinal}`,
    );
  },
  (unit) => unitKey(unit),
);
const unitKey = (unit: { collectionId: number; ordinal: number }) => `${unit.collectionId} ${unit.ordinal}`;

export const TextType = builder.objectRef<TextModel>('Text').implement({
  fields: (t) => ({
    role: t.expose('role', { type: TextRoleEnum }),
    language: t.exposeString('language'),
    title: t.exposeString('title', { nullable: true }),
    text: t.exposeString('text', {
      description: 'Of a benchmark document: title and text, as they are encoded.',
    }),
  }),
});

export const UnitType = builder.objectRef<UnitModel>('Unit').implement({
  description: 'One aligned item: the same content in one or more languages.',
  fields: (t) => ({
    ordinal: t.exposeInt('ordinal', { description: 'Place in the corpus, from 0.' }),
    parallelId: t.exposeString('parallelId'),
    kind: t.expose('kind', { type: UnitKindEnum }),
    doc: t.exposeString('doc', { nullable: true }),
    source: t.exposeString('source', { nullable: true }),
    attributes: t.expose('attributes', { type: 'JSON', nullable: true }),
    texts: t.field({
      type: [TextType],
      args: { language: t.arg.string() },
      resolve: async (unit, { language }, context) =>
        (await loadTexts(context, unit)).filter((text) => language == null || text.language === language),
    }),
  }),
});

export const UnitFilter = builder.inputType('UnitFilter', {
  fields: (t) => ({
    kind: t.field({ type: UnitKindEnum }),
    parallelId: t.string(),
    doc: t.string(),
    source: t.string(),
  }),
});

export const UnitConnection = builder.connectionObject({ type: UnitType, name: 'UnitConnection' });

interface UnitArgs {
  first?: number | null;
  after?: string | null;
  last?: number | null;
  before?: string | null;
  filter?: {
    kind?: string | null;
    parallelId?: string | null;
    doc?: string | null;
    source?: string | null;
  } | null;
}

export function unitConnection({ lab }: Context, collection: number, args: UnitArgs) {
  const { kind, parallelId, doc, source } = args.filter ?? {};
  const where = {
    collectionId: collection,
    ...(kind != null && { kind: kind as UnitModel['kind'] }),
    ...(parallelId != null && { parallelId }),
    ...(doc != null && { doc }),
    ...(source != null && { source }),
  };
  const { unit } = lab.db.prisma;
  return page<UnitModel>(
    args,
    (row) => [row.ordinal],
    1,
    (after, limit) =>
      unit.findMany({
        where: { ...where, ...(after && { ordinal: { gt: Number(after[0]) } }) },
        orderBy: { ordinal: 'asc' },
        take: limit,
      }),
    () => unit.count({ where }),
  );
}

export const CorpusType = builder.objectRef<CorpusRow>('Corpus');
builder.node(CorpusType, {
  description: 'A version of a corpus: an immutable set of units.',
  interfaces: [EntityInterface],
  isTypeOf: (row) => (row as CorpusRow).kind === 'CORPUS',
  id: { resolve: (row) => row.digest },
  loadMany: (digests, context) => digests.map((digest) => loadRow(context, 'CORPUS', digest)),
  fields: (t) => ({
    languages: t.exposeStringList('languages'),
    unitCount: t.exposeInt('unitCount'),
    textCount: t.exposeInt('textCount'),
    statistics: t.expose('meta', {
      type: 'JSON',
      description: 'Units by kind, texts by language, documents.',
    }),
    report: t.expose('report', {
      type: 'JSON',
      description: 'What the import read, kept and dropped, and why.',
    }),
    units: t.field({
      type: UnitConnection,
      args: { ...t.arg.connectionArgs(), filter: t.arg({ type: UnitFilter }) },
      resolve: (corpus, args, context) => unitConnection(context, corpus.id, args),
    }),
  }),
});

builder.queryFields((t) => ({
  corpus: t.field({
    type: CorpusType,
    nullable: true,
    args: { ref: t.arg.string({ required: true }) },
    resolve: async (_root, { ref }, context) => {
      const digest = await findRef(context.lab.db.pool, 'CORPUS', ref);
      return digest ? loadRow(context, 'CORPUS', digest) : null;
    },
  }),
  corpora: t.connection({
    type: CorpusType,
    description: 'Every published corpus version, newest first.',
    args: { name: t.arg.string({ description: 'Versions of this name only.' }) },
    resolve: (_root, args: NamedListArgs, context) => namedConnection<CorpusRow>(context, 'CORPUS', args),
  }),
}));
