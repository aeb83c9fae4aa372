import { type BenchmarkEntry, documentText } from '#src/benchmarks/entry.ts';
import { jsonlBatches } from '#src/corpora/lines.ts';
import { type TextRole, textRoles, textsOf, type Unit, type UnitText } from '#src/corpora/unit.ts';
import { badInput, UserError } from '#src/errors.ts';
import type { Params } from '#src/recipes/kinds.ts';
import type { JobInput } from '../job.ts';

/** A text and its place in the walk of its whole collection, by which the platform knows it. */
export interface PlacedText extends UnitText {
  ordinal: number;
}

export interface Selection {
  languages: Set<string> | null;
  roles: Set<TextRole>;
}

/** What the parameters choose of a corpus or benchmark; by default all that is searched, so no benchmark's queries. */
export function selectionOf({ languages, roles }: Params<'EMBEDDING'>, collection: JobInput): Selection {
  const unknown = (roles ?? []).findIndex((role) => !textRoles.includes(role as TextRole));
  if (unknown >= 0) {
    throw badInput(
      `roles[${unknown}]`,
      `"${roles![unknown]}" is no role; the roles are ${textRoles.join(', ')}`,
    );
  }
  const standard = textRoles.filter((role) => collection.role === 'corpus' || role !== 'QUERY');
  return {
    languages: languages ? new Set(languages) : null,
    roles: new Set((roles as TextRole[] | undefined) ?? standard),
  };
}

/** The chosen texts in file order, in batches. */
export async function* walk(
  { role, path }: JobInput,
  { languages, roles }: Selection,
): AsyncGenerator<PlacedText[]> {
  let ordinal = 0;
  for await (const batch of role === 'corpus' ? corpusTexts(path) : benchmarkTexts(path)) {
    const placed = batch.map((text) => ({ ...text, ordinal: ordinal++ }));
    yield placed.filter((text) => roles.has(text.role) && (!languages || languages.has(text.language)));
  }
}

const batchSize = 1000;

async function* corpusTexts(path: string): AsyncGenerator<UnitText[]> {
  for await (const batch of jsonlBatches<Unit>(path, batchSize)) yield batch.flatMap(textsOf);
}

async function* benchmarkTexts(path: string): AsyncGenerator<UnitText[]> {
  for await (const batch of jsonlBatches<BenchmarkEntry>(path, batchSize)) {
    yield batch.flatMap((entry): UnitText[] => {
      if (entry.type === 'qrel') return [];
      const { language } = entry;
      return entry.type === 'query'
        ? [{ role: 'QUERY', language, text: entry.text }]
        : [{ role: 'DOCUMENT', language, text: documentText(entry) }];
    });
  }
}

/** How many texts are chosen, and in which languages. UserError where a language, or everything, has none. */
export async function survey(collection: JobInput, selection: Selection) {
  const counts = new Map<string, number>();
  for await (const batch of walk(collection, selection)) {
    for (const { language } of batch) counts.set(language, (counts.get(language) ?? 0) + 1);
  }
  const roles = [...selection.roles].join(', ');
  const issues = [...(selection.languages ?? [])].flatMap((language, i) =>
    counts.has(language)
      ? []
      : [
          {
            path: `languages[${i}]`,
            message: `no text of this ${collection.role} is in "${language}" with a role of ${roles}`,
          },
        ],
  );
  if (issues.length) throw new UserError('BAD_USER_INPUT', issues[0].message, issues);
  if (counts.size === 0) throw badInput('roles', `no text of this ${collection.role} has a role of ${roles}`);
  return {
    count: [...counts.values()].reduce((sum, count) => sum + count, 0),
    languages: [...counts.keys()].sort(),
  };
}
