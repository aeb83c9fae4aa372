/**
 * The embedded database as a process: `node main.ts FOLDER|memory SOCKET`. Forked by the supervisor or a test
 * (start.ts); it tells its parent over IPC when clients may connect, or why they cannot, and ends with it.
 *
 * Exit codes: 0 stopped; 3 the folder is in use; 1 any other failure to start; 70 the engine broke (what was
 * acknowledged is on disk: start again).
 */
import { rmdirSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { UserError } from '#src/errors.ts';
import { openCluster } from './cluster.ts';
import { createFront } from './front.ts';
import { lockFolder } from './lock.ts';
import { serve } from './session.ts';

/** What the parent is told, once. */
export type Report = { ready: true; port: number | null } | { failed: string; exitCode: number };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'no-sync': { type: 'boolean', default: false },
    'idle-in-transaction-timeout': { type: 'string', default: '60000' },
    'max-clients': { type: 'string', default: '200' },
    'max-message': { type: 'string', default: String(256 << 20) },
  },
});
const [folder, address] = positionals;
const port = /^\d+$/.test(address ?? '') ? Number(address) : null;
// A port has no owner as a socket file has: there every client must know the password.
const password = port === null ? null : process.env.ISOGLOSS_DATABASE_PASSWORD;
if (!folder || !address || password === undefined) {
  process.stderr.write('usage: [ISOGLOSS_DATABASE_PASSWORD=...] node main.ts FOLDER|memory SOCKET|PORT\n');
  process.exit(2);
}

process.umask(0o077); // the socket is the only door, and it asks for no password

const report = (message: Report) => process.send?.(message);

function panic(error: unknown): never {
  process.stderr.write(
    `embedded database: the engine broke and is ended: ${(error as Error)?.stack ?? error}\n`,
  );
  process.exit(70);
}

try {
  const lock = folder === 'memory' ? null : lockFolder(folder);
  const engine = await openCluster({
    folder: folder === 'memory' ? null : folder,
    durable: !values['no-sync'],
    onPanic: panic,
  });
  const front = createFront(engine, {
    idleInTransactionTimeout: Number(values['idle-in-transaction-timeout']),
    onPanic: panic,
  });
  const options = {
    maxClients: Number(values['max-clients']),
    maxMessage: Number(values['max-message']),
    password,
  };
  const server = createServer((socket) => {
    // A defect in serving one client is no reason to end the others.
    serve(socket, front, options).catch((error) =>
      process.stderr.write(`embedded database: ${error.stack}\n`),
    );
  });

  async function stop() {
    server.close();
    front.stop();
    await engine.close();
    lock?.release();
    if (process.connected === false && port === null && dirname(address) !== folder) {
      // The parent made a folder for the socket and no longer lives to remove it. Only an empty one goes.
      rmSync(address, { force: true });
      rmdirSync(dirname(address));
    }
    process.exit(0);
  }
  let stopping = false;
  if (process.connected === false) await stop(); // the parent has died meanwhile
  for (const event of ['SIGTERM', 'SIGINT', 'disconnect']) {
    process.on(event, () => {
      if (!stopping) stop().catch(panic);
      stopping = true;
    });
  }

  if (port === null) rmSync(address, { force: true }); // of a process that was killed: the lock is ours
  server.listen(port === null ? { path: address } : { port, host: '127.0.0.1' }, () => {
    report({ ready: true, port: port === null ? null : (server.address() as AddressInfo).port });
  });
} catch (error) {
  const exitCode = error instanceof UserError && error.code === 'CONFLICT' ? 3 : 1;
  const failed = error instanceof UserError ? error.message : String((error as Error).stack);
  if (process.send) report({ failed, exitCode });
  else process.stderr.write(`embedded database: ${failed}\n`);
  process.exitCode = exitCode;
  process.disconnect?.();
}
