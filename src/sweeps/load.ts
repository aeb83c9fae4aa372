import { readFile } from 'node:fs/promises';
import { batched, type Context } from '#src/api/context.ts';
import type { Params } from '#src/recipes/kinds.ts';
import type { Recipe } from '#src/recipes/recipe.ts';
import type { Output } from '#src/runs/execution.ts';
import { loadRun, type RunRow } from '#src/runs/load.ts';
import type { SweepFile } from './sweep-file.ts';

/** A sweep that has ended, with the run that made it. */
export interface Sweep extends SweepFile {
  run: RunRow;
  /** Of the file, an artifact. */
  digest: string;
}

const outputOf = (run: RunRow) =>
  (run.outputs as unknown as Output[]).find(({ role }) => role === 'sweep')?.digest ?? null;

/** Of a run by id; null where it is no sweep, or has made none yet. */
export const loadSweep = batched<string, Sweep | null>((ids, context) =>
  Promise.all(ids.map((id) => readSweep(context, id))),
);

async function readSweep(context: Context, id: string): Promise<Sweep | null> {
  const run = await loadRun(context, id);
  const digest = run && outputOf(run);
  if (!digest) return null;
  const file = await context.lab.store.local(digest);
  return { ...(JSON.parse(await readFile(file, 'utf8')) as SweepFile), run, digest };
}

export const recipeOf = ({ run }: Pick<Sweep, 'run'>) => run.recipe as unknown as Recipe<'SWEEP'>;
export const paramsOf = (sweep: Pick<Sweep, 'run'>): Params<'SWEEP'> => recipeOf(sweep).params;

/** The inputs that a merge of the sweep has: its base, where there is one, and its models. */
export const mergeInputs = (sweep: Pick<Sweep, 'run'>) =>
  recipeOf(sweep).inputs.filter(({ role }) => role === 'base' || role === 'model');
