import { setImmediate } from 'node:timers/promises';
import type { Reporter } from '#workers/job.ts';

export interface Meter {
  /** Counts work done, lets messages and signals through, and throws when the run was told to stop. */
  count(n: number): Promise<void>;
  signal: AbortSignal;
}

export function openMeter(total: number, report: Pick<Reporter, 'progress' | 'signal'>): Meter {
  let done = 0;
  return {
    signal: report.signal,
    async count(n) {
      done += n;
      report.progress(done, total, 'texts');
      await setImmediate();
      report.signal.throwIfAborted();
    },
  };
}
