import { readAnswer, refused } from './answer.ts';
import { createChannels } from './channels.ts';
import type { Batch, Client } from './client.ts';
import type { Engine } from './engine.ts';
import {
  type Complaint,
  copyFail,
  query,
  readString,
  replaceString,
  type Status,
  sqlOf,
  sync,
  typeOf,
} from './protocol.ts';
import { type Ask, configures, customNames, readSettings, startSession } from './settings.ts';
import { intentOf } from './sql.ts';

/**
 * The backend's one session, lent to one client after the other. What a session holds beyond a transaction changes
 * hands with it: settings, prepared statements, channels. What cannot (temporary tables, session-level advisory locks)
 * is refused.
 */
export function shareSession(engine: Engine, clients: () => Iterable<Client>) {
  /** SQL of our own, between two batches: as any simple query, it costs the current client its unnamed statement. */
  const ask: Ask = (sql) => {
    current?.prepared.unnamedLost();
    return engine.rows(sql);
  };
  const channels = createChannels(ask);
  /** Parameters as the backend has last reported them: those of the current client. */
  const parameters = new Map<string, Buffer>();
  let current: Client | null = null;

  function report(statuses: Buffer[]) {
    for (const status of statuses) parameters.set(readString(status, 5).text, Buffer.from(status));
  }
  report(readAnswer(engine.greeting, null).parameters);

  /** Lends the session to this client. Throws ServerError where its settings cannot be. */
  function bring(client: Client) {
    if (current === client) return;
    current = null;
    report(readAnswer(startSession(engine, client.settings), null).parameters);
    client.prepared.unnamedLost();
    const revived = client.prepared.revive();
    if (revived.length > 0) engine.exec(Buffer.concat(revived.flatMap((parse) => [parse, sync])));
    current = client;
  }

  function noteSession(client: Client, batch: Batch, events: string[], status: Status | null) {
    if (events.includes('DISCARD ALL') || events.includes('DEALLOCATE ALL')) {
      client.prepared.clear();
      for (const other of clients()) other.prepared.allLost();
    }
    for (const message of batch.filter(hasSql)) {
      const sql = sqlOf(message);
      for (const name of customNames(sql)) client.customSettings.add(name);
      client.settingsChanged ||= configures(sql);
      // A statement that is prepared once may be run at any time.
      client.alwaysConfigures ||=
        configures(sql) && typeOf(message) === 'P' && readString(message, 5).text !== '';
    }
    client.settingsChanged ||= client.alwaysConfigures || events.some((event) => settingTags.has(event));
    if (status !== 'I' || !client.settingsChanged) return;
    client.settingsChanged = false;
    const own = readSettings(ask, client.customSettings);
    client.settings = new Map([...client.startup, ...own]);
    // What was RESET has the server's default now, not the connection's: bring it anew.
    if (client.settings.size > own.size) current = null;
  }

  return {
    /** Starts a client's session; gives what it is told of it. Throws ServerError for a bad setting. */
    greet(client: Client): Buffer {
      bring(client);
      client.settings = new Map([...client.startup, ...readSettings(ask, client.customSettings)]);
      return Buffer.concat([...parameters.values()]);
    },

    /** Runs a batch. The status is null where the batch leaves the client in the middle of an extended query. */
    run(client: Client, batch: Batch): { answer: Buffer; status: Status | null } {
      bring(client);
      const { allowed, refusal } = refuse(batch);
      const plan = client.prepared.plan(allowed);
      if (plan.before) engine.exec(Buffer.concat([plan.before, sync]));
      const messages = endCopy(plan.steps.map(({ message }) => message));
      const answer = readAnswer(engine.exec(Buffer.concat(messages)), refusal);
      if (answer.status === null && typeOf(batch.at(-1)!) === 'S') throw new Error('a Sync was not answered');

      report(answer.parameters);
      client.prepared.settle(plan, answer);
      channels.note(
        client,
        answer,
        plan.steps.flatMap(({ subscribes }) => subscribes ?? []),
      );
      noteSession(client, batch, answer.events, answer.status);

      const own: Buffer[] = [];
      for (const { channel, message } of answer.notifications) {
        message.writeInt32BE(client.pid, 5); // else all clients would seem to be one
        for (const listener of channels.of(channel)) {
          if (listener === client) own.push(message);
          else listener.send(message);
        }
      }
      // A client's own notifications come before ReadyForQuery, as from a server.
      const end = answer.bytes.length - (answer.status === null ? 0 : readyLength);
      const parts = [answer.bytes.subarray(0, end), ...own, answer.bytes.subarray(end)];
      return { answer: own.length > 0 ? Buffer.concat(parts) : answer.bytes, status: answer.status };
    },

    /** Rolls back what the client has begun. */
    abort(status: Status | null) {
      const now = status ?? readAnswer(engine.exec(sync), null).status;
      if (now !== 'I') engine.exec(query('ROLLBACK'));
    },

    /** Removes what a client has left in the session; not while another client is in a transaction. */
    forget(client: Client) {
      const closing = client.prepared.closing();
      if (closing.length > 0) engine.exec(Buffer.concat([...closing, sync]));
      channels.remove(client);
      if (current === client) current = null;
    },
  };
}

const readyLength = 6;

const settingTags = new Set(['SET', 'RESET', 'DISCARD ALL']);

const hasSql = (message: Buffer) => 'PQ'.includes(typeOf(message));

/** Makes the backend itself fail what must not run on a shared session, so that its transaction fails as any other. */
function refuse(batch: Batch): { allowed: Batch; refusal: Complaint | null } {
  for (const [index, message] of batch.entries()) {
    const refusal = hasSql(message) && intentOf(sqlOf(message)).refusal;
    if (!refusal) continue;
    const at = typeOf(message) === 'P' ? readString(message, 5).next : 5;
    return {
      allowed: batch.with(index, replaceString(message, at, refused)),
      refusal: { severity: 'ERROR', code: '0A000', message: refusal },
    };
  }
  return { allowed: batch, refusal: null };
}

/**
 * COPY FROM STDIN would read on where nothing comes any more, which PGlite takes for the end of the connection. A
 * CopyFail in its way ends it; the protocol has everybody else ignore one.
 */
function endCopy(batch: Batch): Batch {
  const stop = copyFail('refused');
  return typeOf(batch.at(-1)!) === 'S' ? batch.toSpliced(-1, 0, stop) : [...batch, stop];
}
