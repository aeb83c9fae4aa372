import { parseDocument } from 'yaml';
import { fromZod } from '#src/api/errors.ts';
import { badInput } from '#src/errors.ts';
import { type StudySpec, studySpec } from './spec.ts';

/** Largest YAML text that is read; and aliases, which could make a small text a large value, are not taken. */
const longestYaml = 200_000;

/** A study in either form; throws BAD_USER_INPUT with the path of every mistake. */
export function readSpec({ yaml, spec }: { yaml?: string | null; spec?: unknown }): StudySpec {
  const parsed = studySpec.safeParse(yaml != null ? fromYaml(yaml) : fromGraphql(spec));
  if (!parsed.success) throw fromZod(parsed.error, 'input');
  return parsed.data;
}

function fromYaml(text: string): unknown {
  if (text.length > longestYaml)
    throw badInput('input.yaml', `the YAML has ${text.length} characters; ${longestYaml} are taken`);
  const document = parseDocument(text, { prettyErrors: true, stringKeys: true });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem) throw badInput('input.yaml', `the YAML cannot be read: ${problem.message.split('\n')[0]}`);
  try {
    return document.toJS({ maxAliasCount: 0 });
  } catch {
    throw badInput('input.yaml', 'aliases (*name) are not taken in a study; write the value out');
  }
}

/**
 * GraphQL cannot say "a name or an object", so its form wraps what YAML writes plainly: `{preset: PAPER}` for PAPER,
 * `{group: PAIRS}` and `{names: [...]}` for what a merge is of. Nulls are what was left out.
 */
function fromGraphql(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fromGraphql);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => item != null);
  const [[key, item] = []] = entries;
  if (entries.length === 1 && (key === 'preset' || key === 'group' || key === 'names')) return item;
  if (entries.length === 1 && key === 'own') return fromGraphql(item);
  return Object.fromEntries(entries.map(([name, part]) => [name, fromGraphql(part)]));
}
