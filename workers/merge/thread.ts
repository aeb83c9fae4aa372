/** A thread of a merge: carries out the tasks it is sent, one after another. */
import { parentPort, workerData } from 'node:worker_threads';
import { UserError } from '#src/errors.ts';
import { type Assignment, openTasks, type Task } from './task.ts';

export type Answer = { result: unknown } | { refused: Pick<UserError, 'code' | 'message' | 'issues'> };

const carryOut = openTasks(workerData as Assignment);
parentPort!.on('message', (task: Task) => {
  try {
    parentPort!.postMessage({ result: carryOut(task) } satisfies Answer);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { code, message, issues } = error;
    parentPort!.postMessage({ refused: { code, message, issues } } satisfies Answer);
  }
});
