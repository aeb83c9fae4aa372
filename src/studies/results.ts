import { encodeGlobalID } from '#src/api/builder.ts';
import { batched, type Context } from '#src/api/context.ts';
import { sha256 } from '#src/recipes/canonical.ts';
import { runTypeName } from '#src/runs/names.ts';
import type { Cell } from './plan.ts';
import type { StepRow } from './store.ts';
import { type Measured, type Row, studyTable } from './table.ts';

/** One benchmark and metric of a study. */
export interface StudyTable {
  benchmark: string;
  metric: string;
  rows: Row[];
}

/** Tables change when evaluations are added, and are otherwise asked for again and again. */
const remembered = new Map<string, Row[]>();
const mostRemembered = 64;

/** The tables of a study from the evaluations that have succeeded, one per benchmark, for one metric. */
export async function studyTables(
  context: Context,
  steps: StepRow[],
  benchmarks: string[],
  metric: string,
): Promise<StudyTable[]> {
  const done = steps.filter((step) => step.kind === 'EVALUATION' && step.status === 'SUCCEEDED');
  return Promise.all(
    benchmarks.map(async (benchmark) => {
      const mine = done.filter((step) => step.cell.benchmark === benchmark);
      const key = sha256(JSON.stringify([metric, mine.map((step) => [step.key, step.runId])]));
      let rows = remembered.get(key);
      if (!rows) {
        rows = studyTable(await readMeasured(context, mine, metric));
        remembered.set(key, rows);
        if (remembered.size > mostRemembered) remembered.delete(remembered.keys().next().value!);
      }
      return { benchmark, metric, rows };
    }),
  );
}

interface ScoreValues {
  runId: string;
  queryLang: string;
  docLang: string;
  queryIds: string[];
  values: number[];
}

/** Evaluations of a study are of one system on one benchmark, so a run's scores are its cell's. */
const loadRunScores = batched<{ run: string; metric: string }, ScoreValues[]>(
  async (keys, { lab }) => {
    const { rows } = await lab.db.pool.query<ScoreValues & { metric: string }>(
      `SELECT s.run_id AS "runId", s.metric, s.query_lang AS "queryLang", s.doc_lang AS "docLang", q.query_ids AS "queryIds", q.values
       FROM score s JOIN query_scores q ON q.score_id = s.id
       WHERE s.run_id = ANY($1::uuid[]) AND s.metric = ANY($2) ORDER BY s.id`,
      [keys.map((key) => key.run), [...new Set(keys.map((key) => key.metric))]],
    );
    return keys.map(({ run, metric }) => rows.filter((row) => row.runId === run && row.metric === metric));
  },
  ({ run, metric }) => `${run} ${metric}`,
);

export async function readMeasured(context: Context, steps: StepRow[], metric: string): Promise<Measured[]> {
  const scores = await Promise.all(steps.map((step) => loadRunScores(context, { run: step.runId!, metric })));
  return steps.flatMap(({ cell, runId }, i) =>
    scores[i].map(({ queryLang, docLang, queryIds, values }) => ({
      cell,
      run: encodeGlobalID(runTypeName.EVALUATION, runId!),
      queryLang,
      docLang,
      queryIds,
      values,
    })),
  );
}

/** How a row is called in tables and plots: what distinguishes it, and no more. */
export function rowName({ role, base, name, factors }: Cell, rows: Row[]): string {
  if (role === 'BASELINE') return name;
  const several = <T>(of: (cell: Cell) => T) =>
    new Set(rows.filter((r) => r.cell.role !== 'BASELINE').map((r) => of(r.cell))).size > 1;
  const parts = [role === 'MERGE' ? `merge ${name}` : name];
  if (role !== 'BASE' && several((cell) => cell.base)) parts.unshift(`${base}:`);
  for (const [factor, value] of Object.entries(factors))
    if (several((cell) => cell.factors[factor] ?? value)) parts.push(`${factor}=${value}`);
  return parts.join(' ');
}
