import { builder } from '#src/api/builder.ts';
import { badInput } from '#src/errors.ts';
import { loadRow } from '#src/lineage/entity.ts';
import { type Build, readBuilds } from './builds.ts';
import { withSet } from './delete.ts';
import { buildIndex, dropIndex, type IndexState, settingsFor, worthIndex } from './indexes.ts';
import { measureRecall, type Recall } from './recall.ts';
import { EmbeddingSetType } from './schema.ts';
import { forget, resolveSet } from './set.ts';

const PrecisionEnum = builder.enumType('VectorPrecision', {
  values: { vector: { value: 'vector' as const }, halfvec: { value: 'halfvec' as const } },
});

const IndexType = builder.objectRef<IndexState>('VectorIndex').implement({
  description:
    'An HNSW graph (Malkov and Yashunin 2018) over the vectors of a set, or of one language of it.',
  fields: (t) => ({
    language: t.exposeString('language', { nullable: true, description: 'Null: the whole set.' }),
    precision: t.expose('precision', { type: PrecisionEnum }),
    m: t.exposeInt('m'),
    efConstruction: t.exposeInt('efConstruction'),
    bytes: t.exposeFloat('bytes'),
    ready: t.exposeBoolean('ready'),
  }),
});

const BuildType = builder.objectRef<Build>('VectorIndexBuild').implement({
  description: 'An index that is being built now.',
  fields: (t) => ({
    language: t.exposeString('language', { nullable: true, description: 'Null: the whole set.' }),
    phase: t.exposeString('phase', { description: "PostgreSQL's word for what it is at." }),
    done: t.exposeFloat('done', { description: 'Vectors in the graph.' }),
    total: t.exposeFloat('total'),
  }),
});

const RecallMode = builder.enumType('RecallMode', { values: ['AUTO', 'HNSW'] as const });

const RecallType = builder.objectRef<Recall>('EmbeddingRecall').implement({
  description: 'How much of what exact search finds was found, of texts of the set itself.',
  fields: (t) => ({
    mode: t.exposeString('mode'),
    language: t.exposeString('language', { nullable: true, description: 'The filter on a language.' }),
    k: t.exposeInt('k'),
    sample: t.exposeInt('sample', { description: 'Questions asked.' }),
    recall: t.exposeFloat('recall'),
    p50: t.exposeFloat('p50', { description: 'Milliseconds, without encoding.' }),
    p95: t.exposeFloat('p95'),
    at: t.expose('at', { type: 'DateTime' }),
  }),
});

builder.objectFields(EmbeddingSetType, (t) => ({
  languages: t.expose('languages', { type: 'JSON', description: 'Vectors by language.' }),
  indexes: t.field({
    type: [IndexType],
    resolve: async (row, _args, { lab }) => (await resolveSet(lab, row.digest, 'embeddingSet')).indexes,
  }),
  builds: t.field({
    type: [BuildType],
    description:
      'Builds that go on, on a server. The embedded database does one thing at a time, and tells when it is done.',
    resolve: (row, _args, { lab }) => readBuilds(lab.db.pool, row.id),
  }),
  recalls: t.field({
    type: [RecallType],
    description: 'Of every measureRecall, the newest first.',
    resolve: (row, _args, { lab }) =>
      lab.db.prisma.embeddingRecall.findMany({
        where: { setId: row.id },
        orderBy: { id: 'desc' },
        take: 100,
      }),
  }),
}));

const BuildIndexInput = builder.inputType('BuildIndexInput', {
  fields: (t) => ({
    embeddingSet: t.string({ required: true }),
    language: t.string({ description: 'One language alone: for sets in which one is asked for most.' }),
    m: t.int({
      description:
        'Edges of a vector in a layer of the graph, 2 to 100. Unsaid: 16 up to 100,000 vectors, 32 with a million, 48 with ten.',
    }),
    efConstruction: t.int({ description: 'Beam of the build, 2 m to 1,000. Unsaid: 4 m.' }),
  }),
});

const MeasureRecallInput = builder.inputType('MeasureRecallInput', {
  fields: (t) => ({
    embeddingSet: t.string({ required: true }),
    k: t.int({ defaultValue: 10 }),
    sample: t.int({ defaultValue: 100 }),
    mode: t.field({ type: RecallMode, defaultValue: 'AUTO' }),
    language: t.string(),
  }),
});

builder.mutationFields((t) => ({
  buildIndex: t.field({
    type: EmbeddingSetType,
    nullable: true,
    description: `Builds an HNSW index, or builds it anew; searches go on meanwhile on a server, and wait on the embedded database. Sets of ${worthIndex} vectors and more get one as they are made.`,
    args: { input: t.arg({ type: BuildIndexInput, required: true }) },
    resolve: async (_root, { input }, context) => {
      const set = await resolveSet(context.lab, input.embeddingSet, 'input.embeddingSet');
      const language = input.language ?? null;
      if (language !== null && !Object.hasOwn(set.languages, language))
        throw badInput(
          'input.language',
          `nothing here is in "${language.slice(0, 40)}"; there are ${Object.keys(set.languages).sort().join(', ')}`,
        );
      const rows = language === null ? set.count : set.languages[language];
      await buildIndex(context.lab.db, set, { language, ...settingsFor(rows, input) });
      forget(context.lab.db, set.digest);
      return loadRow(context, 'EMBEDDING_SET', set.digest);
    },
  }),
  dropIndex: t.field({
    type: EmbeddingSetType,
    nullable: true,
    args: { embeddingSet: t.arg.string({ required: true }), language: t.arg.string() },
    resolve: async (_root, { embeddingSet, language }, context) => {
      const set = await resolveSet(context.lab, embeddingSet, 'embeddingSet');
      await dropIndex(context.lab.db.pool, set.id, language ?? null);
      forget(context.lab.db, set.digest);
      return loadRow(context, 'EMBEDDING_SET', set.digest);
    },
  }),
  measureRecall: t.field({
    type: RecallType,
    args: { input: t.arg({ type: MeasureRecallInput, required: true }) },
    resolve: async (_root, { input }, context) => {
      const { k, sample, mode, language = null } = input;
      return withSet(context.lab, input.embeddingSet, 'input.embeddingSet', (set) =>
        measureRecall(context, set, { k: k!, sample: sample!, mode: mode!, language }),
      );
    },
  }),
}));
