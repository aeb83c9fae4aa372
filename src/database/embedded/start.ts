import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '#src/errors.ts';
import { stackKilobytes } from './engine.ts';
import type { Report } from './main.ts';

export interface EmbeddedOptions {
  /** Folder that the database has for itself, made where there is none; `memory` for one that ends with its process. */
  dataDir: string;
  /** Milliseconds after which a client that is idle in a transaction loses it and its connection. 60000; 0 for never. */
  idleInTransactionTimeout?: number;
  /** File that the process writes to, if it ever has anything to say; else this process's own stderr. */
  log?: string;
  /** Sync to disk at every commit, so that commits outlive a power failure too. True. */
  durable?: boolean;
  maxClients?: number;
  /** A port of the loopback interface and a password instead of a Unix socket. True on Windows. */
  tcp?: boolean;
  /** Bytes of one protocol message. 256 MiB. */
  maxMessage?: number;
}

export interface Embedded {
  /** For pg, pg-boss and Prisma's adapter-pg; the same for every start on one folder. */
  url: string;
  process: ChildProcess;
  /** Resolves when the process has ended, whatever ended it. */
  lost: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** Closes the database and waits until its process has gone; kills it after 5 s, which loses nothing. */
  stop(): Promise<void>;
}

const main = fileURLToPath(new URL('./main.ts', import.meta.url));

/**
 * Starts the embedded database in a process of its own and waits until it takes connections. Throws UserError CONFLICT
 * where another process has the folder.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const dataDir = options.dataDir === 'memory' ? 'memory' : resolve(options.dataDir);
  const tcp = options.tcp ?? process.platform === 'win32';
  const password = tcp ? randomBytes(24).toString('hex') : null;
  const ownFolder = dataDir !== 'memory' && Buffer.byteLength(join(dataDir, socketName)) <= maxSocketPath;
  const socketFolder = tcp ? null : ownFolder ? dataDir : mkdtempSync(join(tmpdir(), 'isogloss-'));
  const output = options.log ? openLog(options.log) : 'inherit';
  const child = fork(
    main,
    [dataDir, socketFolder ? join(socketFolder, socketName) : '0', ...flags(options)],
    {
      execArgv: [`--stack-size=${stackKilobytes}`, '--disable-warning=ExperimentalWarning'],
      env: password ? { ...process.env, ISOGLOSS_DATABASE_PASSWORD: password } : process.env,
      stdio: ['ignore', output, output, 'ipc'],
      // Its own process group: Ctrl-C in a terminal must reach those who still write first.
      detached: process.platform !== 'win32',
    },
  );
  if (typeof output === 'number') closeSync(output);
  const lost = once(child, 'exit').then(([code, signal]) => {
    if (socketFolder && !ownFolder) rmSync(socketFolder, { recursive: true, force: true });
    return { code, signal };
  });

  const report = await Promise.race([once(child, 'message').then(([message]) => message as Report), lost]);
  if ('failed' in report) {
    await lost;
    if (report.exitCode === 3) throw new UserError('CONFLICT', report.failed);
    throw new Error(`the embedded database did not start: ${report.failed}`);
  }
  if (!('ready' in report)) {
    throw new Error(
      `the embedded database ended before it was ready: ${report.signal ?? `exit code ${report.code}`}`,
    );
  }
  return {
    url: socketFolder
      ? `postgresql://postgres@localhost/postgres?host=${encodeURIComponent(socketFolder)}`
      : `postgresql://postgres:${password}@127.0.0.1:${report.port}/postgres`,
    process: child,
    lost,
    async stop() {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
      await lost;
      clearTimeout(timer);
    },
  };
}

/** libpq's name of a server's socket, which clients append to the folder that they are given. */
const socketName = '.s.PGSQL.5432';

/**
 * The kernel's limit of a socket's path is 103 bytes on macOS, 107 on Linux. A data folder that is deeper has its socket
 * under the system's temporary folder.
 */
const maxSocketPath = 103;

function openLog(file: string): number {
  mkdirSync(dirname(file), { recursive: true });
  return openSync(file, 'a');
}

function flags(options: EmbeddedOptions): string[] {
  const values = {
    'idle-in-transaction-timeout': options.idleInTransactionTimeout,
    'max-clients': options.maxClients,
    'max-message': options.maxMessage,
  };
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  return [
    ...given.map(([name, value]) => `--${name}=${value}`),
    ...(options.durable === false ? ['--no-sync'] : []),
  ];
}
