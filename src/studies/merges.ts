import { badInput } from '#src/errors.ts';
import type { NamedComposition, StudyComponent } from './compositions.ts';
import type { StudySpec } from './spec.ts';

/** A merge of a study with its members spelled out; BASE stands for the base model. */
export interface PlannedMerge {
  name: string;
  method: string;
  of: string[];
  weights?: number[];
  parameters?: Record<string, number>;
}

/** Every merge of a study, groups spelled out, in the order written. Throws on unknown members and names given twice. */
export function mergesOf({ merges, languages }: StudySpec, compositions: NamedComposition[]): PlannedMerge[] {
  const names = compositions.map((c) => c.name);
  const singles = languages.flatMap((a) => languages.map((b) => `${a}-${b}`));
  const planned = merges.flatMap(({ name, of, withBase, ...how }, i) => {
    const groups = groupsOf(of, names, singles);
    const based = withBase || of === 'EACH';
    return groups.map((group) => {
      const members = based ? ['BASE', ...group.of] : group.of;
      const plain = based ? `BASE_${group.name}` : group.name;
      const unknown = members.find((member) => member !== 'BASE' && !names.includes(member));
      if (unknown)
        throw badInput(
          `merges[${i}].of`,
          `there is no composition "${unknown}" to merge; there are ${names.join(', ')}`,
        );
      if (how.weights && how.weights.length !== members.length)
        throw badInput(
          `merges[${i}].weights`,
          `${how.weights.length} weights for ${members.length} models (${members.join(', ')})`,
        );
      return { ...how, of: members, name: name ? (groups.length === 1 ? name : `${name}_${plain}`) : plain };
    });
  });
  const seen = new Set<string>();
  for (const { name } of planned) {
    if (seen.has(name)) throw badInput('merges', `two merges are called "${name}"; give them names`);
    if (name.length > 64)
      throw badInput('merges', `the merge "${name}" needs a name of its own: this one is too long`);
    seen.add(name);
  }
  return planned;
}

function groupsOf(of: StudySpec['merges'][number]['of'], names: string[], singles: string[]) {
  switch (of) {
    case 'PAIRS':
      return names.flatMap((a, k) => names.slice(k + 1).map((b) => ({ name: `${a}_${b}`, of: [a, b] })));
    case 'ALL':
      return [{ name: 'all-merged', of: names }];
    case 'SINGLES':
      return [{ name: 'singles-merged', of: singles }];
    case 'EACH':
      return names.map((name) => ({ name, of: [name] }));
    default:
      return [{ name: of.join('_'), of }];
  }
}

/**
 * The parts' components in one training, each part with the same weight, as their plain average gives them: the
 * baseline that a merge must beat.
 */
export function unionOf(parts: NamedComposition[]): NamedComposition {
  const components = new Map<string, StudyComponent>();
  for (const part of parts) {
    const total = part.components.reduce((sum, c) => sum + c.share, 0);
    for (const { share, ...rest } of part.components) {
      const key = JSON.stringify(rest);
      const sofar = components.get(key)?.share ?? 0;
      components.set(key, { ...rest, share: sofar + share / total / parts.length });
    }
  }
  return { name: `union_${parts.map((part) => part.name).join('_')}`, components: [...components.values()] };
}
