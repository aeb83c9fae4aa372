import { readFile } from 'node:fs/promises';
import { UserError } from '#src/errors.ts';
import type { Difference } from '#src/models/difference.ts';
import { canonicalJson, sha256 } from '#src/recipes/canonical.ts';
import type { OpenModel } from '../encoder/folder.ts';
import type { ModelConfig } from '../encoder/model.ts';

/** What of a model must fit all other models of a merge. */
export interface Candidate {
  config: ModelConfig;
  shapes: Map<string, number[]>;
  /** Number formats of the weights: `F32`. */
  formats: string;
  /** SHA-256 of tokenizer.json, and of what of it decides on ids: not its form, truncation and padding. */
  tokenizer: { bytes: string; ids: string };
}

export async function candidate({ config, weights, tokenizerPath, locate }: OpenModel): Promise<Candidate> {
  const bytes = await readFile(tokenizerPath);
  const { truncation: _, padding: __, ...ids } = JSON.parse(bytes.toString('utf8'));
  const formats = new Set([...weights.shapes.keys()].map((name) => locate(name).dtype));
  return {
    config,
    shapes: weights.shapes,
    formats: [...formats].sort().join(' and '),
    tokenizer: { bytes: sha256(bytes), ids: sha256(canonicalJson(ids)) },
  };
}

/** Differences that leave every weight its meaning; the merged model is as the first. */
const mild = new Set(['maxLength', 'layerNormEps']);

/** Every difference from the first model, which is the base where there is one. */
export function differences(models: Candidate[], names: string[]): Difference[] {
  return models.slice(1).flatMap((model, i) => compareModels(models[0], model, names[0], names[i + 1]));
}

function compareModels(first: Candidate, other: Candidate, its: string, name: string): Difference[] {
  const found: Difference[] = [];
  const compare = (what: string, a: string, b: string, severity: Difference['severity'] = 'ERROR') => {
    if (a === b) return;
    const carried = severity === 'WARNING' ? `; the merged model is as ${its}` : '';
    found.push({
      severity,
      model: name,
      what,
      message: `${what}: ${its} has ${a}, ${name} has ${b}${carried}`,
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
  const [mine, theirs] = [first.tokenizer, other.tokenizer];
  const sameIds = mine.ids === theirs.ids;
  compare('tokenizer.json', `sha256 ${mine.bytes}`, `sha256 ${theirs.bytes}`, sameIds ? 'WARNING' : 'ERROR');
  for (const tensor of new Set([...first.shapes.keys(), ...other.shapes.keys()])) {
    compare(`tensor ${tensor}`, show(first.shapes.get(tensor)), show(other.shapes.get(tensor)));
  }
  if (first.formats !== other.formats)
    found.push({
      ...{ severity: 'WARNING', model: name, what: 'number format' },
      message: `number format: ${its} has ${first.formats}, ${name} has ${other.formats}; the merged model has F32`,
    });
  return found;
}

function compareFields(
  a: object,
  b: object,
  compare: (what: string, a: string, b: string, severity?: Difference['severity']) => void,
) {
  const of = (fields: object, key: string) =>
    JSON.stringify((fields as Record<string, unknown>)[key]) ?? 'none';
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)]))
    compare(key, of(a, key), of(b, key), mild.has(key) ? 'WARNING' : 'ERROR');
}

const show = (shape: number[] | undefined) => (shape ? `[${shape.join(', ')}]` : 'none');

/** Differences a message names; the issues list more. */
const named = 5;
const listed = 200;

/** Merging is only defined between models whose every weight means the same. UserError that lists each difference. */
export function requireMergeable(found: Difference[]): void {
  const errors = found.filter(({ severity }) => severity === 'ERROR');
  if (errors.length === 0) return;
  const messages = errors.slice(0, named).map(({ message }) => message);
  const rest = errors.length > named ? [`and ${errors.length - named} more differences`] : [];
  throw new UserError(
    'BAD_USER_INPUT',
    `these models cannot be merged: ${[...messages, ...rest].join('; ')}`,
    errors
      .slice(0, listed)
      .map(({ model, what, message }) => ({ path: `${pathOf(model)}.${what}`, message })),
  );
}

/** `model 2` stands at models[1]. */
const pathOf = (model: string) => model.replace(/^model (\d+)$/, (_, n) => `models[${n - 1}]`);
