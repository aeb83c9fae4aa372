import { randomInt } from 'node:crypto';
import type { Batch, Client } from './client.ts';
import type { Engine } from './engine.ts';
import { preparedStatements } from './prepared.ts';
import {
  backendKeyData,
  errorResponse,
  Fatal,
  ProtocolError,
  readyForQuery,
  ServerError,
  type Status,
} from './protocol.ts';
import { shareSession } from './shared.ts';

/**
 * Many clients on one backend. Each batch, a client's messages up to Sync or a simple query, runs alone; a client keeps
 * the backend while it is in a transaction or in the middle of an extended query, and the others wait in the order in
 * which they came. Statements run to their end on this process's only thread, so the whole state is the queue and the
 * owner.
 */
export interface FrontOptions {
  /** Milliseconds, for clients that do not set idle_in_transaction_session_timeout themselves; 0 for none. */
  idleInTransactionTimeout: number;
  /** Ends the process: the backend does not answer as it must. */
  onPanic(error: unknown): never;
}

export interface Front {
  /** Starts a client's session; gives the client and its greeting, ReadyForQuery included. Throws Fatal. */
  connect(
    startup: ReadonlyMap<string, string>,
    connection: Pick<Client, 'send' | 'fail'>,
  ): Promise<{ client: Client; greeting: Buffer }>;
  /** Runs a batch when it is the client's turn; gives what to answer. Throws Fatal or ProtocolError. */
  run(client: Client, batch: Batch): Promise<Buffer>;
  /**
   * Cancels a statement that still waits for its turn. One that runs cannot be: nothing reaches this thread before it
   * is done. Like a server, it says nothing to a wrong key.
   */
  cancel(pid: number, secret: number): void;
  /** The client is gone: rolls back, cleans up. */
  leave(client: Client): void;
  /** Rolls back and tells every client that the server stops. */
  stop(): void;
  clientCount(): number;
}

interface Job {
  client: Client;
  work(): Buffer;
  resolve(answer: Buffer): void;
  reject(error: Fatal | ProtocolError): void;
  /** Its answer ends with ReadyForQuery, so that an error can take its place. */
  whole: boolean;
}

export function createFront(engine: Engine, options: FrontOptions): Front {
  const clients = new Map<number, Client>();
  const session = shareSession(engine, () => clients.values());
  const queue: Job[] = [];
  /** Who holds the backend until its transaction ends, and in which status. */
  let owner: { client: Client; status: Status | null } | null = null;
  let pumping = false;
  let idleTimer: NodeJS.Timeout | undefined;
  let lastPid = process.pid;

  function enqueue(client: Client, whole: boolean, work: () => Buffer): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      // What an expelled client had already sent must not run outside of the transaction that it has lost.
      if (!clients.has(client.pid)) throw terminated();
      if (owner?.client === client) clearTimeout(idleTimer);
      queue.push({ client, work, resolve, reject, whole });
      pump();
    });
  }

  /** One job a turn of the event loop, so that sockets are served between two statements. */
  function pump() {
    if (pumping || queue.length === 0) return;
    pumping = true;
    setImmediate(() => {
      pumping = false;
      const next = owner ? queue.findIndex(({ client }) => client === owner?.client) : 0;
      if (next < 0) return; // until the owner asks for something, or leaves
      const [job] = queue.splice(next, 1);
      if (job) work(job);
      pump();
    });
  }

  function work(job: Job) {
    try {
      job.resolve(job.work());
    } catch (error) {
      // Settings that cannot be, or a message that cannot be read, end their own client; all else is the engine's fault.
      if (error instanceof ServerError) job.reject(new Fatal(error.code, error.message));
      else if (error instanceof ProtocolError) job.reject(error);
      else options.onPanic(error);
    }
    if (owner?.client === job.client) watchIdle(job.client);
  }

  function watchIdle(client: Client) {
    const own = client.settings.get('idle_in_transaction_session_timeout');
    const timeout = own === undefined ? options.idleInTransactionTimeout : Number(own);
    if (timeout === 0) return;
    idleTimer = setTimeout(() => {
      leave(client);
      client.fail(new Fatal('25P03', 'terminating connection due to idle-in-transaction timeout').complaint);
    }, timeout);
  }

  function release() {
    clearTimeout(idleTimer);
    if (owner) session.abort(owner.status);
    owner = null;
  }

  function leave(client: Client) {
    if (!clients.delete(client.pid)) return;
    for (let index = queue.length - 1; index >= 0; index--) {
      if (queue[index].client !== client) continue;
      queue[index].reject(terminated());
      queue.splice(index, 1);
    }
    if (owner?.client === client) release();
    // What is done in somebody's transaction is undone with it, and fails where it has failed.
    const forget = () => {
      session.forget(client);
      return Buffer.alloc(0);
    };
    if (owner) queue.push({ client, work: forget, resolve: () => {}, reject: options.onPanic, whole: false });
    else forget();
    pump();
  }

  return {
    async connect(startup, connection) {
      const pid = ++lastPid;
      const client: Client = {
        pid,
        secret: randomInt(2 ** 31),
        startup,
        settings: startup,
        settingsChanged: false,
        customSettings: new Set(startup.keys().filter((name) => name.includes('.'))),
        alwaysConfigures: false,
        prepared: preparedStatements(pid),
        ...connection,
      };
      clients.set(pid, client);
      try {
        const parameters = await enqueue(client, false, () => session.greet(client));
        const greeting = [parameters, backendKeyData(pid, client.secret), readyForQuery('I')];
        return { client, greeting: Buffer.concat(greeting) };
      } catch (error) {
        leave(client);
        throw error;
      }
    },

    run(client, batch) {
      const whole = 'SQ'.includes(String.fromCharCode(batch.at(-1)![0]));
      return enqueue(client, whole, () => {
        const { answer, status } = session.run(client, batch);
        owner = status === 'I' ? null : { client, status };
        return answer;
      });
    },

    cancel(pid, secret) {
      const index = queue.findIndex(
        ({ client, whole }) => whole && client.pid === pid && client.secret === secret,
      );
      if (index < 0 || owner?.client.pid === pid) return;
      const [job] = queue.splice(index, 1);
      const complaint = { code: '57014', message: 'canceling statement due to user request' };
      job.resolve(Buffer.concat([errorResponse({ severity: 'ERROR', ...complaint }), readyForQuery('I')]));
    },

    leave,

    stop() {
      release();
      for (const client of [...clients.values()]) {
        client.fail(terminated().complaint);
        leave(client);
      }
    },

    clientCount: () => clients.size,
  };
}

const terminated = () => new Fatal('57P01', 'terminating connection due to administrator command');
