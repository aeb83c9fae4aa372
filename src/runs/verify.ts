import { isDeepStrictEqual } from 'node:util';
import { batched, type Context, grouped } from '#src/api/context.ts';
import { UserError } from '#src/errors.ts';
import type { Recipe } from '#src/recipes/recipe.ts';
import type { Environment } from './environment.ts';
import type { Output } from './execution.ts';
import { launch } from './launch.ts';
import { loadEdges, type RunRow } from './load.ts';

/** A run made again from its recipe and inputs. */
export interface Verification {
  runId: string;
  copyId: string;
  at: Date;
  status: string;
  /** Whether every output of the copy has the digest that the run's has; null until both have ended well. */
  equal: boolean | null;
  /** Of the copy: on which machine it was verified. */
  environment: Environment | null;
}

/** Launches the recipe of a finished run again, beside the run that stands for it. Returns the copy's id. */
export async function reproduce(context: Context, run: RunRow): Promise<string> {
  if (run.status !== 'SUCCEEDED') {
    const message = `run ${run.id} is ${run.status}; only what succeeded can be made again`;
    throw new UserError('CONFLICT', message, [{ path: 'id', message }]);
  }
  const edges = await loadEdges(context, run.id);
  const copy = await launch(context.lab, {
    recipe: run.recipe as unknown as Recipe,
    used: edges
      .filter((e) => e.direction === 'USED')
      .map(({ kind, digest, role, weight }) => ({ kind, digest, role, weight: weight ?? undefined })),
    makes: null,
    onExisting: 'ERROR',
    force: true,
    hints: run.hints as object,
  });
  await context.lab.db.prisma.verification.create({ data: { runId: run.id, copyId: copy } });
  return copy;
}

export const loadVerifications = batched<string, Verification[]>(async (ids, { lab }) => {
  const { rows } = await lab.db.pool.query(
    `SELECT v.run_id AS "runId", v.copy_id AS "copyId", coalesce(c.finished_at, v.at) AS at, c.status, c.environment,
            r.outputs AS expected, c.outputs AS found, r.status = 'SUCCEEDED' AND c.status = 'SUCCEEDED' AS ended
     FROM verification v JOIN run r ON r.id = v.run_id JOIN run c ON c.id = v.copy_id
     WHERE v.run_id = ANY($1::uuid[]) ORDER BY v.at`,
    [ids],
  );
  const verifications = rows.map(({ expected, found, ended, ...row }) => ({
    ...row,
    equal: ended ? sameOutputs(expected, found) : null,
  }));
  return grouped(ids, verifications, (v) => v.runId);
});

const sameOutputs = (a: Output[], b: Output[]) => isDeepStrictEqual(sorted(a), sorted(b));
const sorted = (outputs: Output[]) => outputs.map(({ role, digest }) => `${role} ${digest}`).sort();
