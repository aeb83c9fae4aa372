import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import type { Config } from '#src/config.ts';
import { isDatabaseAway } from '#src/database/client.ts';
import type { OnProgress } from '#src/embeddings/load.ts';
import { UserError } from '#src/errors.ts';
import { modelFolder } from '#src/models/folder.ts';
import type { Environment } from '#src/runs/environment.ts';
import {
  type Batch,
  claim,
  finish,
  giveBack,
  type HeldRun,
  LeaseLost,
  type RunError,
  record,
} from '#src/runs/execution.ts';
import type { Laboratory } from '#src/runs/launch.ts';
import { type ChildOutput, publishOutputs } from '#src/runs/publish.ts';
import { withHugePages } from './huge-pages.ts';
import type { Job, JobInput } from './job.ts';
import type { ChildEnd, ChildMessage } from './protocol.ts';

export interface Worker {
  lab: Laboratory;
  config: Config;
  name: string;
  environment: Environment;
  log: Logger;
  /** Aborted when this worker is asked to stop. */
  stopping: AbortSignal;
}

/** A child that was asked to stop gets this long to write its checkpoint: within the 5 s a cancel may take. */
const graceMillis = 3000;
const heartbeatMillis = 1000;

/** Carries one run from claim to its end. Returns when there is nothing more to do for this worker. */
export async function execute(worker: Worker, run: string) {
  const held = await claimWhenFree(worker, run);
  if (!held) return;
  const { lab, config, log } = worker;
  const scratch = join(config.home, 'scratch', run);
  const folder = join(scratch, `out-${held.attempt}`);
  try {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    const job = await describe(worker, held, scratch, folder);
    const { end, outputs, cancelled } = await runChild(worker, held, job);
    if (end?.type === 'done' && !cancelled) await publish(worker, held, folder, outputs);
    else if (cancelled) await finishAs(lab, held, 'CANCELLED', null);
    else if (worker.stopping.aborted) await handOver(lab, held, 'STOPPED', 'the worker was stopped');
    else if (end?.type === 'failed') await finishAs(lab, held, 'FAILED', end.error);
    else if (end?.type === 'broken') await finishAs(lab, held, 'FAILED', internal(worker, held, end.stack));
    else
      await handOver(
        lab,
        held,
        'LOST',
        'its process died without a word, as processes do that run out of memory',
      );
  } catch (error) {
    if (error instanceof LeaseLost) log.warn({ run, attempt: held.attempt }, error.message);
    else if (error instanceof UserError)
      await finishAs(lab, held, 'FAILED', { code: error.code, message: error.message, issues: error.issues });
    else if (isDatabaseAway(error))
      throw error; // the queue brings the message back when the database is there
    else await finishAs(lab, held, 'FAILED', internal(worker, held, (error as Error).stack ?? String(error)));
  } finally {
    await rm(folder, { recursive: true, force: true });
    await forgetScratch(lab, run, scratch);
  }
}

async function claimWhenFree(worker: Worker, run: string): Promise<HeldRun | null> {
  for (;;) {
    const held = await claim(worker.lab.db, run, worker.name, worker.environment);
    if (held === 'settled') return null;
    if (held !== 'held') return held;
    await sleep(2000, null, { signal: worker.stopping }).catch(() => {});
    if (worker.stopping.aborted) return null;
  }
}

/** Inputs that are folders; all others are one artifact. */
const modelRoles = new Set(['model', 'base', 'teacher', 'reference']);

async function describe({ lab, config }: Worker, held: HeldRun, scratch: string, out: string): Promise<Job> {
  const { recipe, run, attempt } = held;
  const inputs: JobInput[] = [];
  for (const { role, digest } of recipe.inputs) {
    const path = modelRoles.has(role)
      ? await modelFolder(lab.db, lab.store, join(config.home, 'cache', 'models'), digest)
      : role === 'source' && held.hints.source
        ? held.hints.source
        : await lab.store.local(digest);
    inputs.push({ role, digest, path });
  }
  return {
    run,
    attempt,
    kind: recipe.kind,
    params: recipe.params,
    inputs,
    scratch,
    out,
    threads: config.threads,
    device: config.device,
  };
}

interface ChildResult {
  end: ChildEnd | null;
  outputs: ChildOutput[];
  cancelled: boolean;
}

async function runChild(worker: Worker, held: HeldRun, job: Job): Promise<ChildResult> {
  const file = join(job.scratch, `job-${held.attempt}.json`);
  await writeFile(file, JSON.stringify(job));
  const child = fork(fileURLToPath(new URL('./child.ts', import.meta.url)), [file], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    serialization: 'advanced', // JSON would turn a NaN metric into null
    env: withHugePages(),
  });
  const batch: Batch = { progress: null, points: [], logs: [] };
  const outputs: ChildOutput[] = [];
  let end: ChildEnd | null = null;
  child.on('message', (message: ChildMessage) => {
    if (message.type === 'events') {
      batch.progress = message.progress ?? batch.progress;
      batch.points.push(...message.points);
      batch.logs.push(...message.logs);
    } else if (message.type === 'output') outputs.push(message.output);
    else end = message;
  });
  for (const stream of [child.stdout, child.stderr])
    stream!
      .setEncoding('utf8')
      .on('data', (text: string) => worker.log.info({ run: held.run }, text.trimEnd()));
  const exited = new Promise<void>((resolve) => {
    child.on('exit', () => resolve());
    child.on('error', () => resolve());
  });

  const asked = { cancel: false };
  const heart = beat(worker, held, batch, () => {
    asked.cancel = true;
    stopChild(child);
  });
  const onStopping = () => stopChild(child);
  worker.stopping.addEventListener('abort', onStopping);
  if (worker.stopping.aborted) onStopping();
  try {
    await Promise.race([exited, heart.lost]);
  } finally {
    worker.stopping.removeEventListener('abort', onStopping);
    child.kill('SIGKILL');
    await exited;
    await heart.stop();
    await rm(file, { force: true });
  }
  return { end, outputs, cancelled: asked.cancel && (end as ChildEnd | null)?.type !== 'failed' };
}

function stopChild(child: ChildProcess) {
  child.kill('SIGTERM');
  setTimeout(() => child.kill('SIGKILL'), graceMillis).unref();
}

/**
 * Renews the lease and carries over what the child says, once a second. While the database is away it keeps what it
 * has and tries on: nobody else can take the run either, and attempts fence late writes.
 */
function beat({ lab, log }: Worker, held: HeldRun, batch: Batch, onCancel: () => void) {
  let stopped = false;
  const take = (): Batch => ({
    progress: batch.progress,
    points: batch.points.splice(0),
    logs: batch.logs.splice(0),
  });
  async function once() {
    const taken = take();
    batch.progress = null;
    try {
      const { cancel } = await record(lab.db, held, taken);
      if (cancel) onCancel();
    } catch (error) {
      if (error instanceof LeaseLost || !isDatabaseAway(error)) throw error;
      batch.points.unshift(...taken.points);
      batch.logs.unshift(...taken.logs);
      batch.progress ??= taken.progress;
      log.warn({ run: held.run }, `the database is away: ${(error as Error).message}`);
    }
  }
  const wake = new AbortController();
  const loop = (async () => {
    while (!stopped) {
      await once();
      await sleep(heartbeatMillis, null, { signal: wake.signal }).catch(() => {});
    }
    await once();
  })();
  loop.catch(() => {}); // raced as `lost`, awaited in stop()
  return {
    lost: loop.then(() => new Promise<never>(() => {})),
    async stop() {
      stopped = true;
      wake.abort();
      await loop;
    },
  };
}

async function publish(worker: Worker, held: HeldRun, folder: string, outputs: ChildOutput[]) {
  const { lab } = worker;
  // Loading millions of rows takes longer than a lease lasts.
  const batch: Batch = { progress: null, points: [], logs: [] };
  const heart = beat(worker, held, batch, () => {});
  const onProgress: OnProgress = (progress) => {
    batch.progress = progress;
  };
  try {
    const published = publishOutputs({ db: lab.db, store: lab.store, held, folder, onProgress }, outputs);
    await Promise.race([published, heart.lost]);
  } finally {
    await heart.stop().catch((error) => {
      if (!(error instanceof LeaseLost)) throw error; // after the end of the run there is no lease to renew
    });
  }
}

const finishAs = (lab: Laboratory, held: HeldRun, status: 'FAILED' | 'CANCELLED', error: RunError | null) =>
  lab.db.transaction((tx) => finish(tx, held, status, error));

async function handOver(lab: Laboratory, held: HeldRun, why: 'STOPPED' | 'LOST', message: string) {
  await lab.db.transaction(async (tx) => {
    if (await giveBack(tx, held, why, message)) await lab.queue.send(tx, held.run);
  });
}

/** The log keeps what happened under an id; people get the id. */
function internal({ log }: Worker, held: HeldRun, stack: string): RunError {
  const id = randomUUID();
  log.error({ id, run: held.run }, stack);
  return {
    code: 'INTERNAL',
    message: `something went wrong inside Isogloss; the worker's log has it under ${id}`,
    issues: [],
  };
}

/** Checkpoints serve retries of failed and cancelled runs; after success nobody asks for them. */
async function forgetScratch(lab: Laboratory, run: string, scratch: string) {
  const row = await lab.db.prisma.run
    .findUnique({ where: { id: run }, select: { status: true } })
    .catch(() => null);
  if (row?.status === 'SUCCEEDED') await rm(scratch, { recursive: true, force: true });
}
