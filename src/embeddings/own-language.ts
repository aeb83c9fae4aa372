import type { Database } from '#src/database/client.ts';
import { badInput } from '#src/errors.ts';
import type { Condition, SearchFilter } from './filter.ts';
import { partition } from './partition.ts';
import type { SearchableSet } from './set.ts';

/** What becomes of texts in the question's own language. */
export type OwnLanguage = 'ANY' | 'PREFER' | 'EXCLUDE';

/** The language of the question; null: nobody needs it. Throws BAD_USER_INPUT where it is needed and unknown. */
export function languageAsked(
  set: SearchableSet,
  own: OwnLanguage,
  given: string | null | undefined,
  ofText: string | null,
): string | null {
  const at = 'input.queryLanguage';
  if (given != null && ofText !== null && given !== ofText)
    throw badInput(at, `the text of \`like\` is in "${ofText}", not in "${given.slice(0, 40)}"`);
  const language = given ?? ofText;
  if (given != null && !Object.hasOwn(set.languages, given))
    throw badInput(
      at,
      `nothing here is in "${given.slice(0, 40)}"; there are ${Object.keys(set.languages).sort().join(', ')}`,
    );
  if (own !== 'ANY' && language === null)
    throw badInput(at, `say which language the question is in, for ownLanguage: ${own}`);
  return language;
}

/** A filter that was checked, without a language. */
export function excluding(set: SearchableSet, filter: SearchFilter | null | undefined, language: string) {
  const languages = (filter?.languages ?? Object.keys(set.languages)).filter((other) => other !== language);
  if (languages.length === 0)
    throw badInput(
      'input.ownLanguage',
      `there is nothing to search but "${language}", which is the question's own language`,
    );
  return { ...filter, languages };
}

interface Shown {
  ordinal: number;
  language: string;
}

/**
 * Shows each unit's text in the question's language instead of the one that was found, where the unit has exactly one
 * such text in the same role and it passes the filter. Negatives of a unit may be several, which translate nothing.
 */
export async function preferring<T extends Shown>(
  { pool }: Database,
  set: SearchableSet,
  hits: T[],
  { language, condition, except }: { language: string; condition: Condition; except: number },
): Promise<T[]> {
  const foreign = hits.filter((hit) => hit.language !== language);
  if (!foreign.length) return hits;
  const values: unknown[] = [set.collectionId, language, foreign.map(({ ordinal }) => ordinal)];
  const where = condition.where((value) => `$${values.push(value)}`);
  const { rows } = await pool.query(
    `WITH own AS (
       SELECT found.ordinal AS found, min(own.ordinal) AS ordinal FROM text found
       JOIN text own ON own.collection_id = $1 AND own.unit_ordinal = found.unit_ordinal AND own.role = found.role AND own.language = $2
       WHERE found.collection_id = $1 AND found.ordinal = ANY($3::int[]) GROUP BY 1 HAVING count(*) = 1)
     SELECT own.found, e.ordinal FROM own JOIN ${partition(set.id)} e ON e.ordinal = own.ordinal ${condition.joins}
     WHERE e.ordinal <> ${except} AND ${where}`,
    values,
  );
  const own = new Map(rows.map((row) => [row.found, row.ordinal]));
  return hits.map((hit) => {
    const ordinal = own.get(hit.ordinal);
    return ordinal === undefined ? hit : { ...hit, ordinal, language };
  });
}
