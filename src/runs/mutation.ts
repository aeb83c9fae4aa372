import type { z } from 'zod';
import { ZodError } from 'zod';
import { builder } from '#src/api/builder.ts';
import type { Context } from '#src/api/context.ts';
import { fromZod } from '#src/api/errors.ts';
import type { EntityKind } from '#src/database/generated/enums.ts';
import { checkName } from '#src/names/ref.ts';
import { type OnExisting, onExisting } from '#src/names/register.ts';
import type { kinds, RunKind } from '#src/recipes/kinds.ts';
import { makeRecipe, type Recipe, type RecipeInput } from '#src/recipes/recipe.ts';
import { type Hints, launch, type UsedEntity } from './launch.ts';
import type { RunRow } from './load.ts';

const OnExistingEnum = builder.enumType('OnExisting', {
  description: 'What to do when the name belongs to other content.',
  values: onExisting,
});

type InputBuilder = Parameters<Parameters<typeof builder.inputType>[1]['fields']>[0];

/** Fields that every input of a launch has. */
export const launchFields = (t: InputBuilder, what: string) => ({
  name: t.string({ required: true, description: `Name of ${what}; letters, digits, ".", "_", "-" and "/".` }),
  onExisting: t.field({ type: OnExistingEnum, defaultValue: 'ERROR' as const }),
  force: t.boolean({ defaultValue: false, description: 'Run again although the recipe has been run.' }),
});

interface LaunchInput {
  name?: string | null;
  onExisting?: OnExisting | null;
  force?: boolean | null;
}

interface Spec<K extends RunKind> {
  kind: K;
  params: z.input<(typeof kinds)[K]>;
  inputs: RecipeInput[];
  used: UsedEntity[];
  makes: EntityKind | null;
  hints?: Hints;
}

/** Checks the parameters, launches, and answers with the run: a new one, or the one that stands for the recipe. */
export async function launchRun<K extends RunKind>(
  context: Context,
  input: LaunchInput,
  spec: Spec<K>,
): Promise<RunRow> {
  let recipe: Recipe<K>;
  try {
    recipe = makeRecipe(spec.kind, spec.params, spec.inputs);
  } catch (error) {
    throw error instanceof ZodError ? fromZod(error, 'input') : error;
  }
  const id = await (context.launch ?? launch)(context.lab, {
    recipe: recipe as Recipe,
    used: spec.used,
    makes: spec.makes,
    name: input.name == null ? undefined : checkName(input.name, 'input.name'),
    onExisting: input.onExisting ?? 'ERROR',
    force: input.force ?? false,
    hints: spec.hints,
  });
  return (await context.lab.db.prisma.run.findUnique({ where: { id } }))!;
}

/** GraphQL sends null for what was left out; schemas with defaults want it absent. */
export function given<T extends object>(input: T): { [K in keyof T]: Exclude<T[K], null> } {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value != null)) as never;
}
