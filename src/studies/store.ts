import { isDeepStrictEqual } from 'node:util';
import { v7 } from 'uuid';
import type { Database, Sql } from '#src/database/client.ts';
import type { RunStatus } from '#src/database/generated/enums.ts';
import { UserError } from '#src/errors.ts';
import type { Output, RunError } from '#src/runs/execution.ts';
import type { Step } from './plan.ts';
import type { StudySpec } from './spec.ts';

export interface StudyRow {
  id: string;
  name: string;
  spec: StudySpec;
  createdAt: Date;
  cancelledAt: Date | null;
}

/** A step and what has become of it. WAITING: for the models it needs. SKIPPED: one of them will never come. */
export interface StepRow extends Step {
  runId: string | null;
  error: RunError | null;
  status: RunStatus | 'WAITING' | 'SKIPPED';
  outputs: Output[];
}

const columns = `id, name, spec, created_at AS "createdAt", cancelled_at AS "cancelledAt"`;

export async function findStudy(sql: Sql, name: string): Promise<StudyRow | null> {
  const { rows } = await sql.query(`SELECT ${columns} FROM study WHERE name = $1`, [name.normalize('NFC')]);
  return rows[0] ?? null;
}

/**
 * Records a study, or lets one grow: steps that are there stay as they are, new ones are added, and a step that would
 * change is a CONFLICT, since runs have been launched from it. `stopped`: its runs that failed or were cancelled.
 */
export async function saveStudy(
  db: Database,
  spec: StudySpec,
  steps: Step[],
): Promise<{ study: StudyRow; stopped: string[] }> {
  return db.transaction(async (tx) => {
    await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`study ${spec.name}`]);
    const found = await findStudy(tx, spec.name);
    const there = new Map(found ? (await readSteps(tx, found.id)).map((step) => [step.key, step]) : []);
    const changed = steps.filter(
      ({ key, input }) => there.has(key) && !isDeepStrictEqual(there.get(key)!.input, input),
    );
    if (changed.length) {
      const message = `study "${spec.name}" has ${changed.length} steps that this would change (${changed
        .slice(0, 3)
        .map((step) => step.key)
        .join(', ')}); a study only grows, so give the changed one another name`;
      throw new UserError('CONFLICT', message, [{ path: 'input.name', message }]);
    }
    const { rows } = await tx.query(
      found
        ? `UPDATE study SET spec = $2, cancelled_at = NULL WHERE name = $1 RETURNING ${columns}`
        : `INSERT INTO study (name, spec, id) VALUES ($1, $2, $3) RETURNING ${columns}`,
      [spec.name, JSON.stringify(spec), ...(found ? [] : [v7()])],
    );
    const added = steps.filter((step) => !there.has(step.key));
    await tx.query(
      `INSERT INTO study_step (study_id, key, position, kind, input, after, cell)
       SELECT $1, s->>'key', $3 + n - 1, (s->>'kind')::"RunKind", s->'input',
              ARRAY(SELECT jsonb_array_elements_text(s->'after')), s->'cell'
       FROM jsonb_array_elements($2::jsonb) WITH ORDINALITY AS e(s, n)`,
      [rows[0].id, JSON.stringify(added), there.size],
    );
    await tx.query('UPDATE study_step SET error = NULL WHERE study_id = $1 AND run_id IS NULL', [rows[0].id]);
    // Where the recipe has been run elsewhere since, that run stands for it.
    await tx.query(
      `UPDATE study_step s SET run_id = o.id FROM run r, run o
       WHERE s.study_id = $1 AND r.id = s.run_id AND r.status IN ('FAILED', 'CANCELLED') AND NOT r.forced
       AND o.recipe_hash = r.recipe_hash AND NOT o.forced AND o.status IN ('QUEUED', 'RUNNING', 'SUCCEEDED')`,
      [rows[0].id],
    );
    const { rows: stopped } = await tx.query(
      `SELECT DISTINCT r.id FROM study_step s JOIN run r ON r.id = s.run_id
       WHERE s.study_id = $1 AND r.status IN ('FAILED', 'CANCELLED')`,
      [rows[0].id],
    );
    return { study: rows[0], stopped: stopped.map((row) => row.id) };
  });
}

/** Every step with the state of its run, in the order planned: one query, whatever the size of the study. */
export async function readSteps(sql: Sql, study: string): Promise<StepRow[]> {
  const { rows } = await sql.query(
    `SELECT s.key, s.kind, s.input, s.after, s.cell, s.run_id AS "runId", s.error, coalesce(r.outputs, '[]') AS outputs,
            coalesce(r.status::text, CASE WHEN t.cancelled_at IS NOT NULL THEN 'CANCELLED'
                                          WHEN s.error IS NOT NULL THEN 'SKIPPED' ELSE 'WAITING' END) AS status
     FROM study_step s JOIN study t ON t.id = s.study_id LEFT JOIN run r ON r.id = s.run_id
     WHERE s.study_id = $1 ORDER BY s.position`,
    [study],
  );
  return withSkipped(rows);
}

/** A step waits in vain for one that failed; told from the states, so that a retry of that one sets it free again. */
function withSkipped(steps: StepRow[]): StepRow[] {
  const lost = new Map<string, StepRow>();
  return steps.map((step) => {
    const missing = step.status === 'WAITING' ? step.after.find((key) => lost.has(key)) : undefined;
    const told: StepRow = missing
      ? {
          ...step,
          status: 'SKIPPED',
          error: {
            code: 'UNAVAILABLE',
            message: `it needs "${missing}", which ${lost.get(missing)!.status}`,
            issues: [],
          },
        }
      : step;
    if (['FAILED', 'CANCELLED', 'SKIPPED'].includes(told.status)) lost.set(told.key, told);
    return told;
  });
}

export async function cancelStudy(tx: Sql, id: string): Promise<string[]> {
  await tx.query('UPDATE study SET cancelled_at = coalesce(cancelled_at, now()) WHERE id = $1', [id]);
  // A run that another living study waits for goes on.
  const { rows } = await tx.query(
    `SELECT r.id FROM study_step s JOIN run r ON r.id = s.run_id
     WHERE s.study_id = $1 AND r.status IN ('QUEUED', 'RUNNING') AND NOT EXISTS (
       SELECT 1 FROM study_step o JOIN study t ON t.id = o.study_id
       WHERE o.run_id = r.id AND o.study_id <> $1 AND t.cancelled_at IS NULL)`,
    [id],
  );
  return rows.map((row) => row.id);
}
