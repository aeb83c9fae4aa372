/**
 * A whole laboratory for a test: a database of its own, the API and, when asked for, a worker, as the processes that
 * `npm start` runs. Embedded by default; `backends` lists the server too when TEST_DATABASE_URL names one.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { startEmbedded } from '#src/database/embedded/start.ts';
import { applyMigrations } from '#src/database/migrate.ts';

export type Backend = 'embedded' | 'server';

const server = process.env.TEST_DATABASE_URL;
/** What this run can test on. The server's absence is said once, by test/run.ts. */
export const backends: Backend[] = server ? ['embedded', 'server'] : ['embedded'];

export interface TestDatabase {
  url: string;
  stop(): Promise<void>;
}

/** An empty, migrated database: in memory, or a new one on the server that is dropped afterwards. */
export async function testDatabase(backend: Backend, dataDir = 'memory'): Promise<TestDatabase> {
  if (backend === 'embedded') {
    const embedded = await startEmbedded({ dataDir });
    await applyMigrations(embedded.url);
    return embedded;
  }
  const name = `isogloss_test_${randomBytes(6).toString('hex')}`;
  const admin = new pg.Client({ connectionString: server });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name}`);
  const url = new URL(server!);
  url.pathname = `/${name}`;
  await applyMigrations(url.href);
  return {
    url: url.href,
    async stop() {
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await admin.end();
    },
  };
}

export interface Answer<T> {
  status: number;
  data: T | null;
  errors?: {
    message: string;
    path?: (string | number)[];
    extensions: { code: string; issues?: { path: string; message: string }[] };
  }[];
}

export interface TestLaboratory {
  url: string;
  home: string;
  database: TestDatabase;
  processes: { api: ChildProcess; worker?: ChildProcess };
  /** Sends an operation; errors are answers like any other. */
  ask<T = Record<string, unknown>>(query: string, variables?: object): Promise<Answer<T>>;
  /** Sends an operation that must succeed. */
  // biome-ignore lint/suspicious/noExplicitAny: an answer has the shape of its query
  get<T = Record<string, any>>(query: string, variables?: object): Promise<T>;
  /** Launches by a mutation `run: ...` and waits for its end. */
  finish(id: string, timeoutMs?: number): Promise<RunState>;
  upload(bytes: string | Uint8Array): Promise<string>;
  startWorker(): Promise<ChildProcess>;
  stop(): Promise<void>;
}

export interface RunState {
  id: string;
  status: string;
  error: { code: string; message: string; issues: { path: string; message: string }[] } | null;
}

interface Options {
  backend?: Backend;
  worker?: boolean;
  env?: Record<string, string>;
  dataDir?: string;
}

export async function startLaboratory({
  backend = 'embedded',
  worker = true,
  env = {},
  dataDir,
}: Options = {}): Promise<TestLaboratory> {
  const home = await mkdtemp(join(tmpdir(), 'isogloss-test-'));
  const database = await testDatabase(backend, dataDir);
  const environment = {
    ...process.env,
    DATABASE_URL: database.url,
    ISOGLOSS_HOME: home,
    PORT: '0',
    HOST: '127.0.0.1',
    ISOGLOSS_THREADS: '1',
    ...env,
  };
  const output: string[] = [];
  const start = async (program: string) => {
    const child = fork(fileURLToPath(new URL(program, import.meta.url)), [], {
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [child.stdout, child.stderr])
      stream!.setEncoding('utf8').on('data', (text) => output.push(text));
    const ready = once(child, 'message').then(([message]) => message as { address?: { port: number } });
    const gone = once(child, 'exit').then(() => {
      throw new Error(`${program} ended:\n${output.join('')}`);
    });
    return { child, message: await Promise.race([ready, gone]) };
  };
  const api = await start('../src/api/main.ts');
  const url = `http://127.0.0.1:${api.message.address!.port}`;
  const processes: TestLaboratory['processes'] = { api: api.child };

  const laboratory: TestLaboratory = {
    url,
    home,
    database,
    processes,
    async ask(query, variables = {}) {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(env.ISOGLOSS_TOKEN && { authorization: `Bearer ${env.ISOGLOSS_TOKEN}` }),
        },
        body: JSON.stringify({ query, variables }),
      });
      return { status: response.status, ...((await response.json()) as object) } as never;
    },
    async get(query, variables) {
      const { data, errors } = await laboratory.ask(query, variables);
      if (errors) throw new Error(JSON.stringify(errors, null, 2));
      return data as never;
    },
    async finish(id, timeoutMs = 120_000) {
      for (const end = Date.now() + timeoutMs; Date.now() < end; await sleep(100)) {
        const { run } = await laboratory.get(
          'query ($id: ID!) { run(id: $id) { id status error { code message issues { path message } } } }',
          { id },
        );
        if (!['QUEUED', 'RUNNING'].includes(run.status)) return run;
      }
      throw new Error(`run ${id} did not end\n${output.join('')}`);
    },
    async upload(bytes) {
      const response = await fetch(`${url}/artifacts`, {
        method: 'PUT',
        body: bytes as Uint8Array<ArrayBuffer>,
      });
      return ((await response.json()) as { digest: string }).digest;
    },
    async startWorker() {
      processes.worker = (await start('../workers/main.ts')).child;
      return processes.worker;
    },
    async stop() {
      for (const child of Object.values(processes)) {
        if (child.exitCode !== null || child.signalCode !== null) continue;
        const exit = once(child, 'exit');
        child.kill('SIGTERM');
        await exit;
      }
      await database.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
  if (worker) await laboratory.startWorker();
  return laboratory;
}
