import { type DocumentNode, visit } from 'graphql';
import { badInput } from '#src/errors.ts';

/**
 * GraphQL's own scalars let through what the database must never see: NUL (Postgres refuses it), lone surrogates
 * (they would be stored as something else) and float literals that overflow to Infinity. Literals and variables are
 * checked before execution; the built-in scalars cannot be replaced in a Pothos schema.
 */
export function checkLiterals(document: DocumentNode) {
  visit(document, {
    StringValue: ({ value, loc }) => checkText(value, `line ${loc?.startToken.line} of the query`),
    FloatValue({ value, loc }) {
      if (!Number.isFinite(Number(value)))
        throw badInput(
          `line ${loc?.startToken.line} of the query`,
          `${value.slice(0, 40)} is too large for a number`,
        );
    },
  });
}

export function checkVariables(variables: Record<string, unknown>) {
  for (const [name, value] of Object.entries(variables)) walk(value, name);
}

function walk(value: unknown, path: string) {
  if (typeof value === 'string') checkText(value, path);
  else if (Array.isArray(value)) {
    // Vectors are long, and no number needs a path.
    for (const [i, item] of value.entries()) if (typeof item !== 'number') walk(item, `${path}[${i}]`);
  } else if (typeof value === 'object' && value !== null)
    for (const [key, item] of Object.entries(value)) walk(item, `${path}.${key}`);
}

function checkText(text: string, path: string) {
  if (text.includes('\0')) throw badInput(path, 'text may not contain NUL (U+0000); remove it');
  if (!text.isWellFormed())
    throw badInput(path, 'text contains a lone surrogate (broken UTF-16); send whole characters');
}
