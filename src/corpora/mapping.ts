import type { z } from 'zod';
import { badInput } from '#src/errors.ts';
import type { mapping } from '#src/recipes/kinds.ts';

export type Mapping = z.infer<typeof mapping>;

/**
 * A mapping says one kind of unit, each language and field once. Asked at launch, where `at` is the input's path, and
 * again by the import itself.
 */
export function checkMapping({ texts, query, passage, negatives, paraphrase }: Mapping, at = 'mapping') {
  const kinds = [texts, query ?? passage ?? negatives, paraphrase].filter((kind) => kind !== undefined);
  if (kinds.length !== 1)
    throw badInput(
      at,
      'a mapping names the fields of one kind of unit: texts, query and passage, or paraphrase',
    );
  if (!texts && !paraphrase && !(query && passage))
    throw badInput(at, 'a mapping of pairs names both query and passage');
  const seenFields = new Map<string, string>();
  for (const [part, fields] of Object.entries({ texts, query, passage, negatives })) {
    if (fields?.length === 0) throw badInput(`${at}.${part}`, `mapping.${part} names no field`);
    const languages = new Set<string>();
    for (const [i, { language, field }] of (fields ?? []).entries()) {
      const path = `${part}[${i}]`;
      if (part !== 'negatives' && languages.has(language))
        throw badInput(`${at}.${path}`, `mapping.${path} names the language ${language} a second time`);
      if (seenFields.has(field))
        throw badInput(
          `${at}.${path}`,
          `mapping.${path} names the field ${field}, which is mapping.${seenFields.get(field)} already`,
        );
      languages.add(language);
      seenFields.set(field, path);
    }
  }
  if (paraphrase && new Set(Object.values(paraphrase)).size < 3)
    throw badInput(`${at}.paraphrase`, 'mapping.paraphrase names one field twice');
}
