import type { Context } from '#src/api/context.ts';
import { loadRun, type RunRow } from '#src/runs/load.ts';
import { loadVerifications, reproduce } from '#src/runs/verify.ts';
import type { StepRow } from './store.ts';

/** How far the runs of a study have been made again. */
export interface StudyVerification {
  runs: number;
  /** With all digests equal, with some digest different, still going on or failed. */
  equal: number;
  different: number;
  open: number;
}

const runsOf = (steps: StepRow[]) => [
  ...new Set(steps.flatMap((step) => (step.status === 'SUCCEEDED' ? [step.runId!] : []))),
];

/** Makes every finished run of a study again that has not been, or is not being, verified. */
export async function verifyStudy(context: Context, steps: StepRow[]): Promise<void> {
  for (const id of runsOf(steps)) {
    const before = await loadVerifications(context, id);
    const settled = before.some((v) => v.equal !== null || v.status === 'QUEUED' || v.status === 'RUNNING');
    if (!settled) await reproduce(context, (await loadRun(context, id)) as RunRow);
  }
}

export async function verificationOf(context: Context, steps: StepRow[]): Promise<StudyVerification> {
  const ids = runsOf(steps);
  const last = await Promise.all(
    ids.map(async (id) => (await loadVerifications(context, id)).at(-1)?.equal ?? null),
  );
  return {
    runs: ids.length,
    equal: last.filter((equal) => equal === true).length,
    different: last.filter((equal) => equal === false).length,
    open: last.filter((equal) => equal === null).length,
  };
}
