import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type ErrorCode, UserError } from '#src/errors.ts';

/** What a program of workers/ tells its parent last. */
export interface ProgramEnd<T = undefined> {
  error: { code: ErrorCode; message: string } | null;
  result?: T;
}

/**
 * Runs a program of workers/ that opens models, in a process of its own: what it holds goes with it.
 * @param asked sent to it as its first message
 */
export function runProgram<T = undefined>(path: string, args: string[], asked?: object): Promise<T> {
  const file = fileURLToPath(new URL(`../../workers/${path}`, import.meta.url));
  return new Promise((resolve, reject) => {
    const child = fork(file, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    let end: ProgramEnd<T> | null = null;
    child.on('message', (message: ProgramEnd<T>) => {
      end = message;
    });
    child.on('error', reject);
    child.on('exit', (code) => {
      if (end?.error) reject(new UserError(end.error.code, end.error.message));
      else if (end) resolve(end.result as T);
      else reject(new Error(`${path} ended with code ${code}, as processes do that run out of memory`));
    });
    if (asked) child.send(asked);
  });
}
