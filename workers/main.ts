/** A worker: takes runs from the queue, one child process each. Any number of them share a database and a store. */
import { hostname } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { openDiskStore } from '#src/artifacts/store.ts';
import { configOrExit } from '#src/config.ts';
import { connect } from '#src/database/client.ts';
import { resend } from '#src/runs/control.ts';
import { readEnvironment } from '#src/runs/environment.ts';
import { openQueue, queueName, type RunMessage } from '#src/runs/queue.ts';
import { execute, type Worker } from './supervise.ts';

const config = configOrExit();
const log = pino({ name: 'worker' }, pino.destination(2));
if (!config.databaseUrl) {
  process.stderr.write(
    'isogloss: a worker needs DATABASE_URL; `npm start` sets it for the embedded database\n',
  );
  process.exit(1);
}

const db = connect(config.databaseUrl);
const queue = await openQueue(db, 'worker', (error) => log.warn(`queue: ${error.message}`));
const store = await openDiskStore(join(config.home, 'artifacts'));
const lab = { db, store, queue };
const stopping = new AbortController();
const worker: Worker = {
  lab,
  config,
  name: `${hostname()} ${process.pid}`,
  environment: readEnvironment(config.device),
  log,
  stopping: stopping.signal,
};

const busy = new Set<Promise<void>>();
await queue.boss.work<RunMessage>(
  queueName,
  {
    pollingIntervalSeconds: 0.5,
    heartbeatRefreshSeconds: 3,
    localConcurrency: config.concurrency,
    batchSize: 1,
  },
  async ([message]) => {
    if (stopping.signal.aborted) return;
    const work = execute(worker, message.data.run);
    busy.add(work);
    await work.finally(() => busy.delete(work));
  },
);

const sweep = () => resend(lab).catch((error) => log.warn(`resend: ${error.message}`));
await sweep();
const sweeping = setInterval(sweep, 15_000);

async function stop() {
  if (stopping.signal.aborted) return;
  clearInterval(sweeping);
  stopping.abort();
  await Promise.allSettled(busy);
  await queue.stop().catch(() => {});
  await db.close().catch(() => {});
  process.exit(0);
}
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
process.on('disconnect', stop); // the supervisor is gone
process.on('unhandledRejection', (error) => log.error(error, 'unhandled rejection'));
process.send?.({ ready: true });
log.info({ concurrency: config.concurrency, threads: config.threads }, 'ready');
