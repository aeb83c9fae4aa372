import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { UserError } from '#src/errors.ts';
import { type Assignment, openTasks, type Task } from './task.ts';
import type { Answer } from './thread.ts';

/** Carries out tasks in the order they come, on as many threads as there are. */
export interface Crew {
  do(task: Task): Promise<unknown>;
  close(): Promise<void>;
}

/** A merge of fewer values is over before a thread has started. */
const worthThreads = 2 ** 21;

export function openCrew(
  assignment: Assignment,
  values: number,
  threads: number,
  least = worthThreads,
): Crew {
  return values < least ? alone(assignment) : together(assignment, threads);
}

function alone(assignment: Assignment): Crew {
  const carryOut = openTasks(assignment);
  let last: Promise<unknown> = Promise.resolve();
  return {
    do(task) {
      // Between tasks, signals and messages get through.
      const result = last.then(() => setImmediate()).then(() => carryOut(task));
      last = result.catch(() => {});
      return result;
    },
    close: async () => void (await last),
  };
}

function together(assignment: Assignment, threads: number): Crew {
  const waiting: { task: Task; resolve(result: unknown): void; reject(error: Error): void }[] = [];
  const free: Worker[] = [];
  const busy = new Map<Worker, (typeof waiting)[number]>();
  let broken: Error | null = null;
  const workers = Array.from({ length: threads }, () => {
    const worker = new Worker(new URL('./thread.ts', import.meta.url), { workerData: assignment });
    worker.on('message', (answer: Answer) => {
      const { resolve, reject } = busy.get(worker)!;
      busy.delete(worker);
      free.push(worker);
      if ('result' in answer) resolve(answer.result);
      else reject(new UserError(answer.refused.code, answer.refused.message, answer.refused.issues));
      hand();
    });
    worker.on('error', (error: Error) => {
      broken = error;
      for (const { reject } of [...busy.values(), ...waiting.splice(0)]) reject(error);
      busy.clear();
    });
    free.push(worker);
    return worker;
  });
  function hand() {
    while (free.length && waiting.length) {
      const [worker, work] = [free.pop()!, waiting.shift()!];
      busy.set(worker, work);
      worker.postMessage(work.task);
    }
  }
  return {
    do: (task) =>
      new Promise((resolve, reject) => {
        if (broken) return reject(broken);
        waiting.push({ task, resolve, reject });
        hand();
      }),
    close: async () => void (await Promise.all(workers.map((worker) => worker.terminate()))),
  };
}
