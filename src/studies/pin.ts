import type { Sql } from '#src/database/client.ts';
import type { EntityKind } from '#src/database/generated/enums.ts';
import { UserError } from '#src/errors.ts';
import { resolveRef } from '#src/names/ref.ts';
import { isMade, type Step } from './plan.ts';

/**
 * Refs move (`corpus` is its latest version), studies go on for hours and grow for weeks: so every ref of a plan is
 * resolved once, when the study is launched, and its steps hold digests.
 */
export async function pinRefs(sql: Sql, steps: Step[]): Promise<Step[]> {
  const known = new Map<string, string>();
  const problems: UserError[] = [];
  async function pin(kind: EntityKind, ref: unknown, path: string): Promise<unknown> {
    // What the study makes itself is no ref yet.
    if (typeof ref !== 'string' || (kind === 'MODEL' && ref === 'bm25')) return ref;
    const key = `${kind} ${ref}`;
    if (!known.has(key)) {
      const digest = await resolveRef(sql, kind, ref, path).catch((error: UserError) => {
        problems.push(error);
        return ref;
      });
      known.set(key, digest);
    }
    return known.get(key)!;
  }

  /** Which fields of a launch's input are refs, and of what. */
  const kindOf: Record<string, EntityKind> = {
    corpus: 'CORPUS',
    tokenizer: 'TOKENIZER',
    model: 'MODEL',
    teacher: 'MODEL',
  };
  async function walk(value: unknown, path: string): Promise<unknown> {
    if (isMade(value)) return value;
    if (Array.isArray(value)) return Promise.all(value.map((item, i) => walk(item, `${path}[${i}]`)));
    if (typeof value !== 'object' || value === null) return value;
    const entries: [string, unknown][] = [];
    for (const [key, item] of Object.entries(value)) {
      const at = `${path}.${key}`;
      if (key in kindOf) entries.push([key, await pin(kindOf[key], item, at)]);
      else if (path === 'merge' && key === 'base') entries.push([key, await pin('MODEL', item, at)]);
      else if (path === 'evaluation' && (key === 'models' || key === 'benchmarks')) {
        const kind = key === 'models' ? 'MODEL' : 'BENCHMARK';
        entries.push([
          key,
          await Promise.all((item as unknown[]).map((ref, i) => pin(kind, ref, `${at}[${i}]`))),
        ]);
      } else entries.push([key, await walk(item, at)]);
    }
    return Object.fromEntries(entries);
  }

  const pinned: Step[] = [];
  for (const step of steps)
    pinned.push({ ...step, input: (await walk(step.input, step.kind.toLowerCase())) as Step['input'] });
  if (problems.length)
    throw new UserError(
      'NOT_FOUND',
      problems[0].message,
      problems.flatMap((problem) => problem.issues),
    );
  return pinned;
}
