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

interface StoredScore {
  id: string;
  runId: string;
  metric: string;
  queryLang: string;
  docLang: string;
  /** Names the list of query ids: 64 bits of hash, which take a third of the time of an MD5 of two thousand lists. */
  list: string;
  values: Buffer;
}

interface ScoreValues {
  queryLang: string;
  docLang: string;
  queryIds: string[];
  values: Float64Array;
}

/**
 * Evaluations of a study are of one system on one benchmark, so a run's scores are its cell's. A thousand of them hold
 * a million values and as many ids: values come as bytes, since their text took longer to write and read than all the
 * statistics, and lists of ids, which are the same over and over, once each.
 */
const loadRunScores = batched<{ run: string; metric: string }, ScoreValues[]>(
  async (keys, { lab }) => {
    const { rows } = await lab.db.pool.query<StoredScore>(
      `SELECT s.id, s.run_id AS "runId", s.metric, s.query_lang AS "queryLang", s.doc_lang AS "docLang",
              hash_array_extended(q.query_ids, 0) AS list, array_send(q.values) AS values
       FROM score s JOIN query_scores q ON q.score_id = s.id
       WHERE s.run_id = ANY($1::uuid[]) AND s.metric = ANY($2) ORDER BY s.id`,
      [keys.map((key) => key.run), [...new Set(keys.map((key) => key.metric))]],
    );
    const firsts = new Map(rows.toReversed().map(({ list, id }) => [list, id]));
    const { rows: lists } = await lab.db.pool.query<{ id: string; ids: string[] }>(
      'SELECT score_id AS id, query_ids AS ids FROM query_scores WHERE score_id = ANY($1::bigint[])',
      [[...firsts.values()]],
    );
    const idsOf = new Map(lists.map(({ id, ids }) => [id, ids]));
    const byRun = Map.groupBy(rows, ({ runId, metric }) => `${runId} ${metric}`);
    return keys.map(({ run, metric }) =>
      (byRun.get(`${run} ${metric}`) ?? []).map(({ queryLang, docLang, list, values }) => ({
        queryLang,
        docLang,
        queryIds: idsOf.get(firsts.get(list)!)!,
        values: floatsOf(values),
      })),
    );
  },
  ({ run, metric }) => `${run} ${metric}`,
);

/** Of a double precision[] in PostgreSQL's binary form: dimensions, a flag, the type, size and bound, then elements. */
function floatsOf(bytes: Buffer): Float64Array {
  const [header, element] = [20, 12];
  const values = new Float64Array(bytes.readInt32BE(0) === 0 ? 0 : bytes.readInt32BE(12));
  for (let i = 0; i < values.length; i++) values[i] = bytes.readDoubleBE(header + element * i + 4);
  return values;
}

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
