import type { Point, Progress, RunError } from '#src/runs/execution.ts';
import type { ChildOutput } from '#src/runs/publish.ts';

/** What a child tells its worker. The last message is one of the four ends; a child that leaves without one died. */
export type ChildMessage =
  | {
      type: 'events';
      progress: Progress | null;
      points: Point[];
      logs: { level: 'info' | 'warn'; message: string }[];
    }
  | { type: 'output'; output: ChildOutput }
  | ChildEnd;

export type ChildEnd =
  | { type: 'done' }
  | { type: 'cancelled' }
  | { type: 'failed'; error: RunError }
  | { type: 'broken'; stack: string };
