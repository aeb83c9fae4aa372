import { builder } from '#src/api/builder.ts';
import { batched, grouped } from '#src/api/context.ts';
import { TextRoleEnum } from '#src/corpora/schema.ts';
import type { TextRole } from '#src/database/generated/enums.ts';
import { type Explanation, type Found, type Hit, type SearchInput, search, textId } from './search.ts';

interface Translation {
  collectionId: number;
  ordinal: number;
  unitOrdinal: number;
  role: string;
  language: string;
  text: string;
}

/** The texts of a hit's unit in the same role and other languages; one query for all hits. */
const loadTranslations = batched<Hit, Translation[]>(
  async (hits, { lab }) => {
    const { rows } = await lab.db.pool.query(
      `SELECT h.ordinal AS hit, t.collection_id AS "collectionId", t.ordinal, t.unit_ordinal AS "unitOrdinal", t.role, t.language, t.text
       FROM unnest($1::int[], $2::int[], $3::int[], $4::"TextRole"[], $5::text[]) AS h(collection, ordinal, unit, role, language)
       JOIN text t ON t.collection_id = h.collection AND t.unit_ordinal = h.unit AND t.role = h.role AND t.language <> h.language
       ORDER BY t.ordinal`,
      [
        hits.map((hit) => hit.collectionId),
        hits.map((hit) => hit.ordinal),
        hits.map((hit) => hit.unitOrdinal),
        hits.map((hit) => hit.role),
        hits.map((hit) => hit.language),
      ],
    );
    return grouped(
      hits.map(hitKey),
      rows as (Translation & { hit: number })[],
      (row) => `${row.collectionId} ${row.hit}`,
    );
  },
  (hit) => hitKey(hit),
);
const hitKey = (hit: Hit) => `${hit.collectionId} ${hit.ordinal}`;

const TranslationType = builder.objectRef<Translation>('Translation').implement({
  fields: (t) => ({
    id: t.id({ resolve: textId }),
    language: t.exposeString('language'),
    text: t.exposeString('text'),
  }),
});

const SearchHitType = builder.objectRef<Hit>('SearchHit').implement({
  fields: (t) => ({
    id: t.id({ description: 'For `like`: more like this one.', resolve: textId }),
    rank: t.exposeInt('rank'),
    score: t.float({ description: 'Cosine similarity.', resolve: (hit) => 1 - hit.distance }),
    distance: t.exposeFloat('distance', { nullable: true, description: 'Cosine distance.' }),
    role: t.field({ type: TextRoleEnum, resolve: (hit) => hit.role as TextRole }),
    language: t.exposeString('language'),
    text: t.exposeString('text'),
    translations: t.field({
      type: [TranslationType],
      resolve: (hit, _args, context) => loadTranslations(context, hit),
    }),
    parallelId: t.exposeString('parallelId'),
  }),
});

const SearchModeEnum = builder.enumType('SearchMode', {
  values: {
    AUTO: { description: 'The laboratory chooses, by what the filter leaves.' },
    EXACT: { description: 'Every vector that passes the filter is compared.' },
    HNSW: { description: "The index's candidates are compared; all, where too few of them pass the filter." },
  },
});

const EligibleEnum = builder.enumType('EligibleCount', {
  values: {
    ALL: { description: 'No filter.' },
    STORED: { description: 'Known of every language.' },
    COUNTED: {},
    ESTIMATED: { description: 'More than are worth counting; from a sample.' },
  },
});

const ExplanationType = builder.objectRef<Explanation>('SearchExplanation').implement({
  description: 'What was counted, chosen and done.',
  fields: (t) => ({
    reason: t.string({ resolve: ({ plan }) => plan.reason }),
    eligible: t.int({
      description: 'Vectors that pass the filter.',
      resolve: ({ eligible }) => eligible.count,
    }),
    counted: t.field({ type: EligibleEnum, resolve: ({ eligible }) => eligible.how }),
    remembered: t.boolean({
      description: 'The count was made by an earlier search.',
      resolve: ({ eligible }) => eligible.remembered,
    }),
    candidates: t.int({
      nullable: true,
      description: 'Taken from each index.',
      resolve: ({ plan }) => (plan.method === 'HNSW' ? plan.candidates : null),
    }),
    fellBack: t.exposeBoolean('fellBack', {
      description: 'Exact search followed, for too few candidates passed the filter.',
    }),
    encodeMs: t.exposeFloat('encodeMs'),
    countMs: t.exposeFloat('countMs'),
    searchMs: t.exposeFloat('searchMs'),
  }),
});

interface Result extends Found {
  tookMs: number;
}

const SearchResultType = builder.objectRef<Result>('SearchResult').implement({
  fields: (t) => ({
    hits: t.expose('hits', { type: [SearchHitType] }),
    mode: t.field({
      type: SearchModeEnum,
      description: 'How it was searched: EXACT or HNSW.',
      resolve: ({ method }) => method,
    }),
    underfilled: t.exposeBoolean('underfilled', {
      description: 'Fewer hits than asked for, because no more match.',
    }),
    explain: t.expose('explanation', { type: ExplanationType }),
    tookMs: t.exposeFloat('tookMs'),
  }),
});

const AttributeFilterInput = builder.inputType('AttributeFilter', {
  description:
    'A field that units kept from their source. Exactly one of is, in, and a range by min and max.',
  fields: (t) => ({
    name: t.string({ required: true }),
    is: t.boolean(),
    in: t.stringList(),
    min: t.float(),
    max: t.float(),
  }),
});

const SearchFilterInput = builder.inputType('SearchFilter', {
  description: 'Conditions hold together; the values of one alternate.',
  fields: (t) => ({
    languages: t.stringList({ description: 'Hits in these languages only.' }),
    roles: t.field({ type: [TextRoleEnum] }),
    sources: t.stringList(),
    docs: t.stringList({ description: 'Documents that units are part of.' }),
    parallelIds: t.stringList(),
    ids: t.idList({ description: 'Of texts: ids of hits and translations.' }),
    attributes: t.field({ type: [AttributeFilterInput] }),
  }),
});

const SearchInputType = builder.inputType('SearchInput', {
  description: 'Exactly one of text, vector and like.',
  fields: (t) => ({
    embeddingSet: t.string({ required: true }),
    text: t.string({ description: "Encoded as a query by the set's model." }),
    vector: t.floatList(),
    like: t.id({ description: 'The id of a hit or translation.' }),
    filter: t.field({ type: SearchFilterInput }),
    mode: t.field({ type: SearchModeEnum, defaultValue: 'AUTO' }),
    distinctUnits: t.boolean({
      defaultValue: false,
      description: 'At most one text of each unit, the nearest: no hit is a translation of another.',
    }),
    first: t.int({ defaultValue: 10 }),
  }),
});

builder.queryField('search', (t) =>
  t.field({
    type: SearchResultType,
    args: { input: t.arg({ type: SearchInputType, required: true }) },
    resolve: async (_root, { input }, context) => {
      const started = performance.now();
      const result = await search(context, input as SearchInput);
      return { ...result, tookMs: performance.now() - started };
    },
  }),
);
