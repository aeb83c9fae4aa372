import type { Answer } from './answer.ts';
import type { Client } from './client.ts';
import type { Ask } from './settings.ts';
import type { Subscription } from './sql.ts';

interface Listener {
  channels: Set<string>;
  /** LISTENs and UNLISTENs of the transaction that is open. */
  uncommitted: Subscription[];
  /** The backend is not yet tuned to what was committed. */
  changed: boolean;
}

/**
 * Who listens to what. The backend listens to the channels of all clients; a client's own set follows the commands that
 * the backend has confirmed by their tags, and takes effect when their transaction commits.
 */
export function createChannels(ask: Ask) {
  const listeners = new Map<Client, Listener>();

  function commit(listener: Listener) {
    for (const { on, channel } of listener.uncommitted.splice(0)) {
      listener.changed = true;
      if (channel === null) listener.channels.clear();
      else if (on) listener.channels.add(channel);
      else listener.channels.delete(channel);
    }
  }

  /** Makes the backend listen to what somebody listens to; not in a transaction. */
  function tune(changed?: Listener) {
    const heard = new Set(ask('SELECT pg_listening_channels()').map(([name]) => name as string));
    // The backend has the last word: a LISTEN may have gone with a rolled back savepoint.
    if (changed) changed.channels = changed.channels.intersection(heard);
    const wanted = new Set([...listeners.values()].flatMap(({ channels }) => [...channels]));
    const quoted = (channel: string) => `"${channel.replaceAll('"', '""')}"`;
    for (const channel of wanted.difference(heard)) ask(`LISTEN ${quoted(channel)}`);
    for (const channel of heard.difference(wanted)) ask(`UNLISTEN ${quoted(channel)}`);
  }

  return {
    /** Notes a client's LISTENs and UNLISTENs; `subscriptions` are those of the batch, in order. */
    note(client: Client, { events, status }: Answer, subscriptions: Subscription[]) {
      const known = listeners.get(client);
      if (!known && !events.some((event) => listening.has(event))) return;
      const listener = known ?? { channels: new Set<string>(), uncommitted: [], changed: false };
      listeners.set(client, listener);
      const expected = subscriptions.values();
      for (const event of events) {
        if (event === 'DISCARD ALL') listener.uncommitted.push({ on: false, channel: null });
        else if (listening.has(event)) {
          const change = expected.next().value;
          if (change) listener.uncommitted.push(change);
        } else if (event === 'COMMIT') commit(listener);
        // ROLLBACK TO SAVEPOINT has the same tag, but leaves the transaction open.
        else if ((event === 'ROLLBACK' || event === 'ERROR') && status === 'I') listener.uncommitted = [];
      }
      if (status !== 'I') return;
      commit(listener);
      if (listener.changed) tune(listener);
      listener.changed = false;
    },
    of: (channel: string) =>
      [...listeners].filter(([, { channels }]) => channels.has(channel)).map(([client]) => client),
    remove(client: Client) {
      if (listeners.delete(client)) tune();
    },
  };
}

const listening = new Set(['LISTEN', 'UNLISTEN', 'DISCARD ALL']);
