import type { GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import type { Context } from '#src/api/context.ts';
import { userErrorOf } from '#src/api/errors.ts';
import { isDatabaseAway, type Sql } from '#src/database/client.ts';
import { cancelRun } from '#src/runs/control.ts';
import type { Output } from '#src/runs/execution.ts';
import { launchStep } from './launcher.ts';
import { isMade, type Step } from './plan.ts';

interface Ready extends Step {
  studyId: string;
  /** Outputs of the runs of the steps it comes after. */
  made: Record<string, Output[]>;
}

const atOnce = 50;

/** Steps of living studies whose models are all there, and which nobody has launched yet. */
async function readySteps(sql: Sql): Promise<Ready[]> {
  const { rows } = await sql.query(
    `SELECT s.study_id AS "studyId", s.key, s.kind, s.input, s.after, s.cell,
            (SELECT coalesce(jsonb_object_agg(d.key, r.outputs), '{}') FROM study_step d JOIN run r ON r.id = d.run_id
             WHERE d.study_id = s.study_id AND d.key = ANY(s.after)) AS made
     FROM study_step s JOIN study t ON t.id = s.study_id
     WHERE t.cancelled_at IS NULL AND s.run_id IS NULL AND s.error IS NULL AND NOT EXISTS (
       SELECT 1 FROM unnest(s.after) AS needed
       LEFT JOIN study_step d ON d.study_id = s.study_id AND d.key = needed
       LEFT JOIN run r ON r.id = d.run_id
       WHERE r.status IS DISTINCT FROM 'SUCCEEDED')
     ORDER BY s.study_id, s.position LIMIT ${atOnce}`,
  );
  return rows;
}

/** A step's input with the digests of the models that earlier steps have made. */
export function fill(value: unknown, made: (key: string) => string | undefined): unknown {
  if (isMade(value)) return made(value.$made);
  if (Array.isArray(value)) return value.map((item) => fill(item, made));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item, made)]));
}

export const modelOf = (outputs: Output[] | undefined) =>
  outputs?.find((output) => output.kind === 'MODEL')?.digest;

/**
 * Launches what can be launched; true when there may be more. Two processes that do this at once launch the same
 * recipes, and a known recipe gives the run that stands for it, so they need not know of each other.
 */
export async function advanceStudies(schema: GraphQLSchema, context: Context): Promise<boolean> {
  const { pool } = context.lab.db;
  const ready = await readySteps(pool);
  for (const step of ready) {
    try {
      const input = fill(step.input, (key) => modelOf(step.made[key])) as object;
      const run = await launchStep(schema, context, step.kind, input);
      const { rows } = await pool.query(
        `UPDATE study_step s SET run_id = $3 FROM study t WHERE t.id = s.study_id AND s.study_id = $1 AND s.key = $2
         RETURNING t.cancelled_at IS NOT NULL AS cancelled`,
        [step.studyId, step.key, run],
      );
      // Cancelled between the look and the launch: what cancels a study could not see this run yet.
      if (rows[0]?.cancelled) await cancelRun(context.lab, run);
    } catch (error) {
      const shown = userErrorOf(error);
      if (!shown || isDatabaseAway(error)) throw error;
      const { code, message, issues } = shown;
      await pool.query('UPDATE study_step SET error = $3 WHERE study_id = $1 AND key = $2', [
        step.studyId,
        step.key,
        JSON.stringify({ code, message, issues }),
      ]);
    }
  }
  return ready.length === atOnce;
}

/** Keeps studies going for as long as the process lives: a look every second, at once again where there was much to do. */
export function keepStudiesGoing(
  schema: GraphQLSchema,
  context: Context,
  log: Logger,
): { stop(): Promise<void> } {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> = Promise.resolve();
  const look = () => {
    looking = advanceStudies(schema, context)
      .catch((error) => {
        log.warn(`studies: ${(error as Error).message}`);
        return false;
      })
      .then((more) => {
        if (!stopped) timer = setTimeout(look, more ? 0 : 1000);
      });
  };
  look();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await looking;
    },
  };
}
