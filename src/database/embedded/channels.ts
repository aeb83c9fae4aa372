import type { Answer } from './answer.ts';
import type { Client } from './client.ts';
import type { Engine } from './engine.ts';
import type { Subscription } from './sql.ts';

/**
 * Who listens to what. The backend listens to the channels of all clients; a client's own set follows the commands that
 * the backend has confirmed by their tags, and takes effect when their transaction commits.
 */
export function createChannels(engine: Engine) {
  const listening = new Map<Client, Set<string>>();
  const uncommitted = new Map<Client, Subscription[]>();

  function commit(client: Client) {
    const changes = uncommitted.get(client);
    if (!changes) return;
    uncommitted.delete(client);
    const mine = new Set(listening.get(client));
    for (const { on, channel } of changes) {
      if (channel === null) mine.clear();
      else if (on) mine.add(channel);
      else mine.delete(channel);
    }
    // The backend has the last word: a LISTEN may have gone with a rolled back savepoint.
    const heard = heardChannels();
    listening.set(client, mine.intersection(heard));
    tune(heard);
  }

  const heardChannels = () =>
    new Set(engine.rows('SELECT pg_listening_channels()').map(([name]) => name as string));

  /** Makes the backend listen to what somebody listens to. */
  function tune(heard: Set<string>) {
    const wanted = new Set([...listening.values()].flatMap((channels) => [...channels]));
    const quoted = (channel: string) => `"${channel.replaceAll('"', '""')}"`;
    for (const channel of wanted.difference(heard)) engine.rows(`LISTEN ${quoted(channel)}`);
    for (const channel of heard.difference(wanted)) engine.rows(`UNLISTEN ${quoted(channel)}`);
  }

  return {
    /** Notes a client's LISTENs and UNLISTENs; `subscriptions` are those of the batch, in order. */
    note(client: Client, { events, status }: Answer, subscriptions: Subscription[]) {
      const expected = subscriptions.values();
      for (const event of events) {
        if (event === 'LISTEN' || event === 'UNLISTEN' || event === 'DISCARD ALL') {
          const change = event === 'DISCARD ALL' ? { on: false, channel: null } : expected.next().value;
          if (change) uncommitted.set(client, [...(uncommitted.get(client) ?? []), change]);
        } else if (event === 'COMMIT') commit(client);
        // ROLLBACK TO SAVEPOINT has the same tag, but leaves the transaction open.
        else if ((event === 'ROLLBACK' || event === 'ERROR') && status === 'I') uncommitted.delete(client);
      }
      if (status === 'I') commit(client);
    },
    listeners: (channel: string) =>
      [...listening].filter(([, channels]) => channels.has(channel)).map(([client]) => client),
    remove(client: Client) {
      uncommitted.delete(client);
      if (listening.delete(client)) tune(heardChannels());
    },
  };
}
