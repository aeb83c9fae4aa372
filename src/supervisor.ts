import { type ChildProcess, fork } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { runSampleStudy, sampleState } from '../sample/study.ts';
import { type Config, configOrExit } from './config.ts';
import { startEmbedded } from './database/embedded/start.ts';
import { applyMigrations, checkServer } from './database/migrate.ts';
import { UserError } from './errors.ts';

const say = (line: string) => process.stdout.write(`${line}\n`);
const complain = (line: string) => process.stderr.write(`isogloss: ${line}\n`);

/** Ctrl-C promises an end within 5 s: the worker's children get 3 of them for their checkpoints. */
const stopMillis = 4200;

interface Part {
  name: string;
  child: ChildProcess;
  ready: Promise<Record<string, unknown>>;
}

/** `npm start`: database, API and worker as processes of their own, kept alive until Ctrl-C. */
export async function start() {
  const config = configOrExit();
  await mkdir(join(config.home, 'logs'), { recursive: true });
  await mkdir(join(config.home, 'import'), { recursive: true });
  const stopping = new AbortController();
  const parts = new Map<string, Part>();
  let database: Awaited<ReturnType<typeof openDatabase>> | null = null;
  const stop = async (code: number) => {
    if (stopping.signal.aborted) return;
    stopping.abort();
    await Promise.all([...parts.values()].map(stopPart));
    await database?.stop();
    process.exit(code);
  };
  process.on('SIGINT', () => stop(0));
  process.on('SIGTERM', () => stop(0));

  try {
    database = await openDatabase(config);
    database.lost.then(() => {
      if (stopping.signal.aborted) return;
      complain(`the embedded database stopped; see ${join(config.home, 'logs', 'database.log')}`);
      stop(1);
    });
    const env = { ...process.env, DATABASE_URL: database.url, ISOGLOSS_HOME: config.home };
    const keep = (name: string, program: string) =>
      keepAlive(config, name, program, env, parts, stopping.signal);
    const { address } = (await keep('api', 'api/main.ts')) as { address: { address: string; port: number } };
    await keep('worker', '../workers/main.ts');
    const host = address.address.includes(':') ? `[${address.address}]` : address.address;
    const url = `http://${host}:${address.port}`;
    say(`Isogloss is ready at ${url}  (GraphQL: ${url}/graphql)`);
    if (!database.embedded || !config.sample) return;
    if ((await sampleState(config.home, database.url)) === 'none') return;
    await runSampleStudy({ url, home: config.home, token: config.token, say, signal: stopping.signal });
  } catch (error) {
    if (stopping.signal.aborted) return;
    complain(error instanceof UserError ? error.message : ((error as Error).stack ?? String(error)));
    await stop(1);
  }
}

async function openDatabase(config: Config) {
  if (config.databaseUrl) {
    await checkServer(config.databaseUrl);
    await applyMigrations(config.databaseUrl);
    return {
      url: config.databaseUrl,
      embedded: false,
      stop: async () => {},
      lost: new Promise<never>(() => {}),
    };
  }
  const database = await startEmbedded({
    dataDir: join(config.home, 'database'),
    log: join(config.home, 'logs', 'database.log'),
  });
  await applyMigrations(database.url);
  await tidy(database.url);
  return { ...database, embedded: true };
}

/** PGlite has no autovacuum, and leases rewrite a run's row every second. */
async function tidy(url: string) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('VACUUM (ANALYZE) run, attempt, metric_summary, collection, embedding_set, name');
  } finally {
    await client.end();
  }
}

/** Starts a process and starts it again whenever it dies by itself; resolves with its first `ready` message. */
async function keepAlive(
  config: Config,
  name: string,
  program: string,
  env: NodeJS.ProcessEnv,
  parts: Map<string, Part>,
  stopping: AbortSignal,
): Promise<Record<string, unknown>> {
  const run = (wait: number): Promise<Record<string, unknown>> => {
    const part = startPart(config, name, program, env);
    parts.set(name, part);
    part.ready.then(
      () => {
        part.child.once('exit', (code, signal) => {
          if (stopping.aborted) return;
          say(`${name} stopped (${signal ?? code}); starting it again`);
          setTimeout(() => {
            if (!stopping.aborted)
              run(Math.min(30_000, wait * 2)).catch((error) => say(`${name}: ${error.message}`));
          }, wait);
        });
      },
      () => {},
    );
    return part.ready;
  };
  return run(500);
}

function startPart(config: Config, name: string, program: string, env: NodeJS.ProcessEnv): Part {
  const child = fork(fileURLToPath(new URL(program, import.meta.url)), [], {
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // Its own process group: Ctrl-C reaches the supervisor alone, which stops the parts in order.
    detached: true,
  });
  const log = createWriteStream(join(config.home, 'logs', `${name}.log`), { flags: 'a' });
  let last = '';
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.pipe(log, { end: false });
    stream.setEncoding('utf8').on('data', (text: string) => {
      last = text.trimEnd().split('\n').at(-1) ?? last;
    });
  }
  const ready = new Promise<Record<string, unknown>>((resolve, reject) => {
    child.once('message', (message) => resolve(message as Record<string, unknown>));
    child.once('exit', () => {
      const why = last.startsWith('isogloss: ')
        ? last.slice('isogloss: '.length)
        : `the ${name} did not start: ${last}`;
      reject(new UserError('UNAVAILABLE', why));
    });
  });
  return { name, child, ready };
}

function stopPart({ child }: Part): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), stopMillis);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
    child.kill('SIGTERM');
  });
}
