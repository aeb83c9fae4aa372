import type { Compute } from '#src/device.ts';
import type { Params, RunKind } from '#src/recipes/kinds.ts';

/**
 * The seam between a worker and its child. A child is a process that reads one job and writes events and files;
 * it knows neither database nor network, so every kind of run can be tested by calling its room's function.
 */
export interface Job<K extends RunKind = RunKind> extends Compute {
  run: string;
  attempt: number;
  kind: K;
  params: Params<K>;
  inputs: JobInput[];
  /** Folder that outlives an attempt: checkpoints. */
  scratch: string;
  /** Empty folder; what `output` names lies in it. */
  out: string;
}

/** A file or folder on this machine. Models are folders, everything else is a file unless its kind says so. */
export interface JobInput {
  role: string;
  digest: string;
  path: string;
}

/** What a room's function is given to speak with. Calls are cheap; the child's main batches and writes them. */
export interface Reporter {
  progress(done: number, total: number | null, unit: string): void;
  /** One point per name at this step. Steps may repeat after a resume; the latest attempt wins. */
  metrics(step: number, values: Record<string, number>): void;
  log(level: 'info' | 'warn', message: string): void;
  /**
   * Hand over a file or folder in `out`, named relative to it or in full. `meta` is what the platform stores beside the bytes, so that nothing
   * but the child ever has to parse them.
   */
  output(role: string, path: string, meta: Record<string, unknown>): void;
  /** Aborted on cancel or shutdown: checkpoint if the room can, then throw `signal.reason`. */
  signal: AbortSignal;
}

/** A room's entry: `workers/<room>/main.ts` exports `run`. It throws UserError for what the user can mend. */
export type Run<K extends RunKind> = (job: Job<K>, report: Reporter) => Promise<void>;
