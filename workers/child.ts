/**
 * A child: one process, one job, one result. It reads the job from the file named on its command line, speaks to
 * its worker over IPC and ends. A process and not a thread: onnxruntime sessions leak when created and released many
 * times, and a run that dies of memory must die alone.
 */
import { readFile } from 'node:fs/promises';
import { UserError } from '#src/errors.ts';
import type { RunKind } from '#src/recipes/kinds.ts';
import type { Job, Reporter, Run } from './job.ts';
import type { ChildMessage } from './protocol.ts';

const rooms: { [K in RunKind]: () => Promise<{ run: Run<K> }> } = {
  IMPORT: () => import('./import/main.ts'),
  TOKENIZER: () => import('./tokenize/main.ts'),
  TRAINING: () => import('./train/main.ts'),
  MERGE: () => import('./merge/main.ts'),
  EVALUATION: () => import('./evaluate/main.ts'),
  EMBEDDING: () => import('./embed/main.ts'),
  SWEEP: () => import('./sweep/main.ts'),
};

class Cancelled extends Error {}

const abort = new AbortController();
const stop = () => abort.abort(new Cancelled('the run was asked to stop'));
process.on('SIGTERM', stop);
process.on('SIGINT', () => {}); // Ctrl-C reaches the whole group; the worker decides what becomes of the run
process.on('disconnect', () => process.exit(1)); // the worker is gone, and with it everyone who could hear us

const send = (message: ChildMessage) =>
  new Promise<void>((resolve) => {
    if (process.connected) process.send!(message, undefined, undefined, () => resolve());
    else resolve();
  });

/** Points and log lines travel five times a second; a message a step would cost more than a small step. */
const flushMillis = 200;
let pending: Extract<ChildMessage, { type: 'events' }> = {
  type: 'events',
  progress: null,
  points: [],
  logs: [],
};

function flush() {
  const { progress, points, logs } = pending;
  if (!progress && points.length === 0 && logs.length === 0) return;
  const message = pending;
  pending = { type: 'events', progress: null, points: [], logs: [] };
  void send(message);
}

const report: Reporter = {
  progress(done, total, unit) {
    pending.progress = { done, total, unit };
  },
  metrics(step, values) {
    for (const [name, value] of Object.entries(values)) pending.points.push({ name, step, value });
  },
  log(level, message) {
    pending.logs.push({ level, message });
  },
  output(role, path, meta) {
    flush();
    void send({ type: 'output', output: { role, path, meta } });
  },
  signal: abort.signal,
};

async function main() {
  const timer = setInterval(flush, flushMillis);
  let last: ChildMessage;
  try {
    const job = JSON.parse(await readFile(process.argv[2], 'utf8')) as Job;
    const room = (await rooms[job.kind]()) as { run: Run<RunKind> };
    await room.run(job, report);
    last = { type: 'done' };
  } catch (error) {
    if (error instanceof Cancelled || (abort.signal.aborted && (error as Error).name === 'AbortError'))
      last = { type: 'cancelled' };
    else if (error instanceof UserError)
      last = { type: 'failed', error: { code: error.code, message: error.message, issues: error.issues } };
    else
      last = {
        type: 'broken',
        stack: error instanceof Error ? (error.stack ?? error.message) : String(error),
      };
  }
  clearInterval(timer);
  flush();
  await send(last);
  // Native thread pools may keep the process alive; everything that matters has been sent.
  process.exit(0);
}

await main();
