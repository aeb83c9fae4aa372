import { decodeGlobalID } from '#src/api/builder.ts';
import type { Sql } from '#src/database/client.ts';
import { badInput } from '#src/errors.ts';
import type { SearchableSet } from './set.ts';

export interface AttributeFilter {
  name: string;
  is?: boolean | null;
  in?: string[] | null;
  min?: number | null;
  max?: number | null;
}

/** What hits must be; conditions hold together, values of one condition alternate. */
export interface SearchFilter {
  languages?: string[] | null;
  roles?: string[] | null;
  sources?: string[] | null;
  docs?: string[] | null;
  parallelIds?: string[] | null;
  ids?: string[] | null;
  attributes?: AttributeFilter[] | null;
}

/** A filter that was checked, as SQL about `e` (embedding), `t` (its text) and `u` (its unit). */
export interface Condition {
  /** Tells filters apart, for what is remembered of them. */
  key: string;
  languages: string[] | null;
  /** Is there more in it than languages? */
  more: boolean;
  /** Texts asked for by id. */
  ordinals: number[] | null;
  /** Tables beside `e` that it reads. */
  joins: string;
  /** Writes the condition; `place` takes a value and gives its placeholder. */
  where(place: (value: unknown) => string): string;
}

/** Under what is remembered of a filter of a set. */
export const filterKey = (set: SearchableSet, { key }: Condition) => `${set.digest} ${set.id} ${key}`;

const longestList = 10_000;
const at = 'input.filter';

/** Throws one BAD_USER_INPUT for what nothing can match by mistake: unknown languages, sources, attributes. */
export async function checkFilter(
  sql: Sql,
  set: SearchableSet,
  filter: SearchFilter | null | undefined,
): Promise<Condition> {
  const given = Object.entries(filter ?? {}).filter(([, value]) => value != null) as [string, unknown[]][];
  for (const [key, values] of given) {
    if (values.length === 0)
      throw badInput(
        `${at}.${key}`,
        'an empty list matches nothing; leave the condition out to search without it',
      );
    if (values.length > longestList)
      throw badInput(`${at}.${key}`, `the list has ${values.length} values; ${longestList} are taken`);
  }
  const { languages, roles, sources, docs, parallelIds, ids, attributes } = (filter ?? {}) as SearchFilter;
  languages?.forEach((language, i) => {
    if (!Object.hasOwn(set.languages, language))
      throw badInput(
        `${at}.languages[${i}]`,
        `nothing here is in "${language.slice(0, 40)}"; there are ${Object.keys(set.languages).sort().join(', ')}`,
      );
  });
  const ordinals = ids?.map((id, i) => ordinalOf(set, id, `${at}.ids[${i}]`)) ?? null;
  if (sources) await checkSources(sql, set, sources);
  for (const [i, attribute] of attributes?.entries() ?? [])
    await checkAttribute(sql, set, attribute, `${at}.attributes[${i}]`);

  const ofUnit = sources || docs || parallelIds || attributes;
  return {
    key: JSON.stringify(given),
    languages: languages ? [...new Set(languages)].sort() : null,
    more: given.some(([key]) => key !== 'languages'),
    ordinals,
    joins: [
      roles && `JOIN text t ON t.collection_id = ${set.collectionId} AND t.ordinal = e.ordinal`,
      ofUnit && `JOIN unit u ON u.collection_id = ${set.collectionId} AND u.ordinal = e.unit_ordinal`,
    ]
      .filter(Boolean)
      .join(' '),
    where(place) {
      const parts = [
        languages && `e.language = ANY(${place(languages)}::text[])`,
        ordinals && `e.ordinal = ANY(${place(ordinals)}::int[])`,
        roles && `t.role = ANY(${place(roles)}::"TextRole"[])`,
        sources && `u.source = ANY(${place(sources)}::text[])`,
        docs && `u.doc = ANY(${place(docs)}::text[])`,
        parallelIds && `u.parallel_id = ANY(${place(parallelIds)}::text[])`,
        ...(attributes?.map((attribute) => attributeCondition(attribute, place)) ?? []),
      ];
      return parts.filter(Boolean).join(' AND ') || 'true';
    },
  };
}

/** The ordinal behind the global id of a text; the id of a text elsewhere is the caller's mistake. */
export function ordinalOf(set: SearchableSet, id: string, path: string): number {
  const { typename, id: key } = decodeGlobalID(id);
  const match = /^(\d{1,9})-(\d{1,9})$/.exec(key);
  if (typename !== 'Text' || !match || Number(match[1]) !== set.collectionId)
    throw badInput(
      path,
      `"${id.slice(0, 100)}" is not the id of a text in this embedding set; take the id of a search hit`,
    );
  return Number(match[2]);
}

async function checkSources(sql: Sql, { collectionId }: SearchableSet, sources: string[]) {
  const { rows } = await sql.query(
    `SELECT n.i - 1 AS i FROM unnest($2::text[]) WITH ORDINALITY AS n(source, i)
     WHERE NOT EXISTS (SELECT 1 FROM unit WHERE collection_id = $1 AND source = n.source) ORDER BY 1 LIMIT 1`,
    [collectionId, sources],
  );
  if (!rows.length) return;
  const i = Number(rows[0].i);
  throw badInput(`${at}.sources[${i}]`, `nothing here is from a source "${sources[i].slice(0, 100)}"`);
}

const jsonTypes = { is: 'boolean', in: 'string', range: 'number' } as const;
const words = { is: 'true or false', in: 'texts', range: 'numbers' } as const;

const kindOf = ({ is, in: texts, min, max }: AttributeFilter) =>
  [is != null && 'is', texts != null && 'in', (min != null || max != null) && 'range'].filter(
    Boolean,
  ) as (keyof typeof jsonTypes)[];

async function checkAttribute(
  sql: Sql,
  { collectionId }: SearchableSet,
  attribute: AttributeFilter,
  path: string,
) {
  const kinds = kindOf(attribute);
  if (kinds.length !== 1) throw badInput(path, 'give one of is, in, or a range by min and max');
  const [kind] = kinds;
  const name = attribute.name.slice(0, 100);
  if (attribute.in?.length === 0) throw badInput(`${path}.in`, 'an empty list matches nothing');
  if (attribute.min != null && attribute.max != null && attribute.min > attribute.max)
    throw badInput(path, `no number is from ${attribute.min} to ${attribute.max}`);
  const has = (condition: string, values: unknown[]) =>
    sql.query(`SELECT 1 FROM unit WHERE collection_id = $1 AND ${condition} LIMIT 1`, [
      collectionId,
      ...values,
    ]);
  if ((await has('jsonb_typeof(attributes -> $2) = $3', [attribute.name, jsonTypes[kind]])).rows.length)
    return;
  if ((await has('attributes ? $2', [attribute.name])).rows.length)
    throw badInput(path, `the attribute "${name}" never holds ${words[kind]} here; ask it another way`);
  const { rows } = await sql.query(
    `SELECT DISTINCT jsonb_object_keys(attributes) AS name
     FROM (SELECT attributes FROM unit WHERE collection_id = $1 AND attributes IS NOT NULL LIMIT 1000) u ORDER BY 1 LIMIT 20`,
    [collectionId],
  );
  const known = rows.length ? `there are ${rows.map((row) => row.name).join(', ')}` : 'there are none';
  throw badInput(`${path}.name`, `nothing here has an attribute "${name}"; ${known}`);
}

/** Values of another type than asked for do not match; nothing is converted. */
function attributeCondition(attribute: AttributeFilter, place: (value: unknown) => string): string {
  const value = `u.attributes -> ${place(attribute.name)}::text`;
  switch (kindOf(attribute)[0]) {
    case 'is':
      return `${value} = to_jsonb(${place(attribute.is)}::boolean)`;
    case 'in':
      return `${value} IN (SELECT to_jsonb(x) FROM unnest(${place(attribute.in)}::text[]) x)`;
    default: {
      const number = `(CASE WHEN jsonb_typeof(${value}) = 'number' THEN (${value})::float8 END)`;
      const bounds = [
        attribute.min != null && `${number} >= ${place(attribute.min)}::float8`,
        attribute.max != null && `${number} <= ${place(attribute.max)}::float8`,
      ];
      return bounds.filter(Boolean).join(' AND ');
    }
  }
}
