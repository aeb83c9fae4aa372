import type { GraphQLSchema } from 'graphql';
import type { Context } from '#src/api/context.ts';
import { UserError } from '#src/errors.ts';
import { recipeHash } from '#src/recipes/recipe.ts';
import type { Output } from '#src/runs/execution.ts';
import { fill, modelOf } from './advance.ts';
import { launchStep } from './launcher.ts';
import type { Step } from './plan.ts';

/** What a study would do here and now. */
export interface Preview {
  runs: { kind: Step['kind']; planned: number; known: number }[];
  /** Seconds of work that is left on this laboratory's workers, from runs alike; null when there were none. */
  seconds: number | null;
  /** Bytes of the models that are to come. */
  bytes: number;
}

/** Thrown instead of launching: a mutation that came this far would have been accepted. */
class Accepted extends Error {
  readonly standing: { status: string; outputs: Output[] } | null;
  constructor(standing: Accepted['standing']) {
    super('accepted');
    this.standing = standing;
  }
}

/**
 * Thinks a plan through: every step whose models exist goes through its mutation up to the launch, so that mistakes
 * show before anything runs, and known recipes are found. What comes after unknown models is counted as to be run.
 */
export async function previewStudy(schema: GraphQLSchema, context: Context, steps: Step[]): Promise<Preview> {
  const { pool } = context.lab.db;
  const made = new Map<string, string>();
  const known = new Set<string>();
  const thinking: Context = {
    ...context,
    async launch(_lab, { recipe }) {
      const { rows } = await pool.query(
        `SELECT status, outputs FROM run WHERE recipe_hash = $1 AND NOT forced AND status IN ('QUEUED', 'RUNNING', 'SUCCEEDED')`,
        [recipeHash(recipe)],
      );
      throw new Accepted(rows[0] ?? null);
    },
  };
  for (const step of steps) {
    if (!step.after.every((key) => made.has(key))) continue;
    try {
      await launchStep(schema, thinking, step.kind, fill(step.input, (key) => made.get(key)) as object);
    } catch (error) {
      if (error instanceof UserError)
        throw new UserError(error.code, `step "${step.key}": ${error.message}`, error.issues);
      if (!(error instanceof Accepted)) throw error;
      if (!error.standing) continue;
      known.add(step.key);
      const digest = modelOf(error.standing.outputs);
      if (digest) made.set(step.key, digest);
    }
  }
  const left = steps.filter((step) => !known.has(step.key));
  const kinds = ['TRAINING', 'MERGE', 'EVALUATION'] as const;
  return {
    runs: kinds.map((kind) => {
      const all = steps.filter((step) => step.kind === kind);
      return { kind, planned: all.length, known: all.filter((step) => known.has(step.key)).length };
    }),
    seconds: await estimateSeconds(context, left),
    bytes: await estimateBytes(context, left),
  };
}

/** Trainings by their pairs, the rest by the run: medians over this laboratory's last runs of the kind. */
async function estimateSeconds({ lab }: Context, left: Step[]): Promise<number | null> {
  const { rows } = await lab.db.pool.query(
    `SELECT kind, percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds / units) AS each FROM (
       SELECT kind, extract(epoch FROM finished_at - started_at) AS seconds,
              CASE WHEN kind = 'TRAINING' THEN (recipe->'params'->>'batchSize')::float8 * coalesce((recipe->'params'->>'steps')::float8, 1000) ELSE 1 END AS units,
              row_number() OVER (PARTITION BY kind ORDER BY id DESC) AS n
       FROM run WHERE status = 'SUCCEEDED' AND kind IN ('TRAINING', 'MERGE', 'EVALUATION')) runs
     WHERE n <= 50 GROUP BY kind`,
  );
  const each = new Map(rows.map((row) => [row.kind as string, Number(row.each)]));
  let seconds = 0;
  for (const { kind, input } of left) {
    const unit = each.get(kind);
    if (unit === undefined) return null;
    const { steps = 1000, batchSize = 256 } = input as { steps?: number; batchSize?: number };
    seconds += kind === 'TRAINING' ? unit * steps * batchSize : unit;
  }
  return seconds;
}

/** Every model of the study is as large as the largest base it starts from. */
async function estimateBytes({ lab }: Context, left: Step[]): Promise<number> {
  const models = left.filter((step) => step.kind !== 'EVALUATION').length;
  const bases = left.flatMap(({ input }) => {
    const model = (input as { init?: { model?: unknown } }).init?.model;
    return typeof model === 'string' ? [model] : [];
  });
  const { rows } = await lab.db.pool.query(
    `SELECT coalesce(max(bytes), 0)::float8 AS bytes FROM
       (SELECT sum(size) AS bytes FROM model_file WHERE model_digest = ANY($1) GROUP BY model_digest) sizes`,
    [bases],
  );
  return models * rows[0].bytes;
}
