import { builder } from '#src/api/builder.ts';
import { batched, grouped } from '#src/api/context.ts';
import { TextRoleEnum } from '#src/corpora/schema.ts';
import type { TextRole } from '#src/database/generated/enums.ts';
import { loadRow } from '#src/lineage/entity.ts';
import type { Component } from './candidate.ts';
import { usualFusion } from './fuse.ts';
import { EmbeddingSetType } from './schema.ts';
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

const ComponentType = builder.objectRef<Component>('SearchComponent').implement({
  description: 'Where one way to search had a hit.',
  fields: (t) => ({
    rank: t.exposeInt('rank', { description: 'From 1, among the texts that this way found.' }),
    score: t.exposeFloat('score', { description: 'Cosine similarity of vectors; BM25 of words.' }),
  }),
});

const SearchHitType = builder.objectRef<Hit>('SearchHit').implement({
  fields: (t) => ({
    id: t.id({ description: 'For `like`: more like this one.', resolve: textId }),
    rank: t.exposeInt('rank'),
    score: t.exposeFloat('score', {
      description:
        'Cosine similarity; BM25 in mode LEXICAL; the sum of weight / (k + rank) in mode HYBRID. Of different modes or questions they cannot be compared.',
    }),
    distance: t.exposeFloat('distance', {
      nullable: true,
      description: 'Cosine distance; null where vectors did not find it.',
    }),
    vector: t.expose('vector', {
      type: ComponentType,
      nullable: true,
      description: 'Null where vectors did not find it.',
    }),
    lexical: t.expose('lexical', {
      type: ComponentType,
      nullable: true,
      description: 'Null where words did not find it.',
    }),
    foundIn: t.exposeString('foundIn', {
      description:
        'Language of the text that was found, which scores and ranks are of; another than `language` only where ownLanguage: PREFER shows its translation.',
    }),
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
    AUTO: { description: 'EXACT or HNSW: the laboratory chooses, by what the filter leaves.' },
    EXACT: { description: 'Every vector that passes the filter is compared.' },
    HNSW: { description: "The index's candidates are compared; all, where too few of them pass the filter." },
    LEXICAL: {
      description:
        'By words: BM25, as the system "bm25" of evaluations; Hangul in pairs of syllables. Only texts that share a term with the question match.',
    },
    HYBRID: { description: 'AUTO and LEXICAL, joined by reciprocal rank fusion.' },
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
    reason: t.exposeString('reason'),
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
      description: 'Taken from each HNSW index.',
      resolve: ({ plan }) => (plan?.method === 'HNSW' ? plan.candidates : null),
    }),
    vectorFound: t.int({
      nullable: true,
      description: 'Texts that vectors brought, to be fused or shown; null: not asked.',
      resolve: ({ found }) => found.vector,
    }),
    lexicalFound: t.int({
      nullable: true,
      description: 'Texts that words brought, to be fused or shown; null: not asked.',
      resolve: ({ found }) => found.lexical,
    }),
    terms: t.stringList({
      nullable: true,
      description:
        'Of the question, as they were looked up; none means that words find nothing. Null: words were not searched by.',
      resolve: ({ words }) => words?.terms ?? null,
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
    embeddingSet: t.field({
      type: EmbeddingSetType,
      nullable: true,
      description: 'The set that was searched: what an alias led to. Null where it has been deleted since.',
      resolve: ({ set }, _args, context) => loadRow(context, 'EMBEDDING_SET', set),
    }),
    hits: t.expose('hits', { type: [SearchHitType] }),
    mode: t.field({
      type: SearchModeEnum,
      description: 'How it was searched: what was asked for, but EXACT or HNSW for AUTO.',
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

const FusionInputType = builder.inputType('FusionInput', {
  description:
    'Reciprocal rank fusion (Cormack, Clarke and Büttcher 2009): a text scores the sum of weight / (k + rank) over the ways that found it.',
  fields: (t) => ({
    k: t.float({ defaultValue: usualFusion.k, description: '0 to 10,000.' }),
    vectorWeight: t.float({ defaultValue: usualFusion.vectorWeight, description: '0 to 1,000.' }),
    lexicalWeight: t.float({ defaultValue: usualFusion.lexicalWeight, description: '0 to 1,000.' }),
    depth: t.int({
      defaultValue: usualFusion.depth,
      description: 'Texts taken of each way, 1 to 1,000; at least as many as are needed to fill `first`.',
    }),
  }),
});

const OwnLanguageEnum = builder.enumType('OwnLanguage', {
  values: {
    ANY: { description: 'It is a language like any other.' },
    PREFER: {
      description:
        "At most one hit a unit, at the place of its best text; shown is the unit's text in the question's language, where there is exactly one in that role and it passes the filter.",
    },
    EXCLUDE: { description: "No hits in the question's language." },
  } as const,
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
    fusion: t.field({ type: FusionInputType, description: 'Of mode HYBRID.' }),
    queryLanguage: t.string({
      description: "The question's own language, for ownLanguage; that of the text where it is `like`.",
    }),
    ownLanguage: t.field({ type: OwnLanguageEnum, defaultValue: 'ANY' }),
    distinctUnits: t.boolean({
      defaultValue: false,
      description: 'At most one text of each unit, the best: no hit is a translation of another.',
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
