import { type Issue, UserError } from '#src/errors.ts';
import type { ModelConfig } from '../encoder/model.ts';

/** What of a model must be the same in all models of a merge. */
export interface Candidate {
  config: ModelConfig;
  shapes: Map<string, number[]>;
  /** SHA-256 of tokenizer.json. */
  tokenizer: string;
}

/** Differences a message names; the issues list more. */
const named = 5;
const listed = 200;

/**
 * Averaging is only defined between models whose every weight means the same. UserError that lists each difference
 * from the first model, and where it is.
 */
export function requireAlike(models: Candidate[]): void {
  const issues = models.slice(1).flatMap((model, i) => differences(models[0], model, i + 2));
  if (issues.length === 0) return;
  const messages = issues.slice(0, named).map(({ message }) => message);
  const rest = issues.length > named ? [`and ${issues.length - named} more differences`] : [];
  throw new UserError(
    'BAD_USER_INPUT',
    `these models cannot be merged: ${[...messages, ...rest].join('; ')}`,
    issues.slice(0, listed),
  );
}

function differences(first: Candidate, other: Candidate, number: number): Issue[] {
  const issues: Issue[] = [];
  const compare = (what: string, a: string, b: string) => {
    if (a === b) return;
    issues.push({
      path: `models[${number - 1}].${what}`,
      message: `${what}: model 1 has ${a}, model ${number} has ${b}`,
    });
  };
  const { encoder: a, prompts: aPrompts, ...aRest } = first.config;
  const { encoder: b, prompts: bPrompts, ...bRest } = other.config;
  compareFields(a, b, compare);
  compareFields(aRest, bRest, compare);
  for (const role of ['query', 'passage'] as const) {
    compare(
      `prompt for a ${role}`,
      JSON.stringify(aPrompts[role] ?? ''),
      JSON.stringify(bPrompts[role] ?? ''),
    );
  }
  compare('tokenizer.json', `sha256 ${first.tokenizer}`, `sha256 ${other.tokenizer}`);
  for (const name of new Set([...first.shapes.keys(), ...other.shapes.keys()])) {
    compare(`tensor ${name}`, show(first.shapes.get(name)), show(other.shapes.get(name)));
  }
  return issues;
}

function compareFields(a: object, b: object, compare: (what: string, a: string, b: string) => void): void {
  const of = (fields: object, key: string) =>
    JSON.stringify((fields as Record<string, unknown>)[key]) ?? 'none';
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) compare(key, of(a, key), of(b, key));
}

const show = (shape: number[] | undefined) => (shape ? `[${shape.join(', ')}]` : 'none');
