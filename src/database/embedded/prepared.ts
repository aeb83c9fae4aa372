import type { Answer } from './answer.ts';
import { closeStatement, readString, replaceString, sqlOf, typeOf } from './protocol.ts';
import { intentOf, type Subscription } from './sql.ts';

interface Statement {
  name: string;
  /** Its name in the backend, where the statements of all clients live side by side. */
  backendName: string;
  /** The Parse message that makes it, so that it can be made again. */
  parse: Buffer;
  subscriptions: Subscription[];
  /** The backend has it. */
  live: boolean;
}

/** A message as the backend gets it, and what it changes if it is carried out. */
interface Planned {
  message: Buffer;
  makes?: Statement;
  closes?: string;
  subscribes?: Subscription[];
}

export interface Plan {
  /** The unnamed statement's Parse, to be run before and on its own: the batch uses it and the backend has lost it. */
  before: Buffer | null;
  steps: Planned[];
}

/**
 * One client's prepared statements. Named ones get a name of their own in the backend; another client's DISCARD ALL
 * loses them all, and they are parsed again when this client has its turn. The unnamed one keeps its name, so that any
 * other client's Parse or Query replaces it; it is parsed again when it is used, which hardly anybody does.
 * Portals need nothing: they end with the transaction, which is exclusive (those WITH HOLD are closed when the session
 * changes hands).
 */
export function preparedStatements(clientId: number) {
  const statements = new Map<string, Statement>();
  /** Portals of statements that listen; Execute says which portal, Bind said of which statement. */
  const portals = new Map<string, Subscription[]>();
  let count = 0;

  function plan(batch: Buffer[]): Plan {
    let before: Buffer | null = null;
    /** What this batch makes (or closes, null), should it be carried out. */
    const ahead = new Map<string, Statement | null>();
    const find = (name: string) => (ahead.has(name) ? ahead.get(name) : statements.get(name)) ?? null;

    /** A statement's name in the backend, for a message that uses it. */
    function backendName(name: string): string {
      const statement = find(name);
      if (!statement) return name;
      if (!statement.live && !ahead.has(name)) {
        before = statement.parse;
        statement.live = true;
      }
      return statement.backendName;
    }

    function step(message: Buffer): Planned {
      const type = typeOf(message);
      if (type === 'P') {
        const name = readString(message, 5).text;
        // A second one of this name fails there, as it must.
        if (name !== '' && find(name)) return { message: replaceString(message, 5, backendName(name)) };
        const renamed = name && `isogloss.${clientId}.${++count}`;
        const parse = name ? replaceString(message, 5, renamed) : message;
        const { subscriptions } = intentOf(sqlOf(message));
        const makes: Statement = { name, backendName: renamed, parse, subscriptions, live: false };
        ahead.set(name, makes);
        return { message: parse, makes };
      }
      if (type === 'B') {
        const { text: portal, next: at } = readString(message, 5);
        const name = readString(message, at).text;
        const subscriptions = find(name)?.subscriptions ?? [];
        if (subscriptions.length > 0) portals.set(portal, subscriptions);
        else portals.delete(portal);
        return { message: replaceString(message, at, backendName(name)) };
      }
      if (type === 'E') return { message, subscribes: portals.get(readString(message, 5).text) };
      const ofStatement = message[5] === 'S'.charCodeAt(0);
      if ((type === 'D' || type === 'C') && ofStatement) {
        const name = readString(message, 6).text;
        const renamed = replaceString(message, 6, backendName(name));
        if (type === 'D') return { message: renamed };
        ahead.set(name, null);
        return { message: renamed, closes: name };
      }
      if (type === 'Q') return { message, closes: '', subscribes: intentOf(sqlOf(message)).subscriptions };
      return { message };
    }

    const steps = batch.map(step);
    return { before, steps };
  }

  return {
    plan,
    /** Notes what the backend did of a plan: an error skips the rest of it. */
    settle({ steps }: Plan, { completed, events, status }: Answer) {
      const left = { ...completed };
      for (const { message, makes, closes } of steps) {
        const type = typeOf(message);
        const done =
          type === 'Q' ? status !== null : !(type in left) || left[type as keyof typeof left]-- > 0;
        if (!done) {
          // The unnamed statement goes before another is parsed. One that is skipped after an error leaves it.
          if (makes?.name === '' && events.includes('ERROR')) statements.delete('');
          return;
        }
        if (makes) statements.set(makes.name, Object.assign(makes, { live: true }));
        if (closes !== undefined) statements.delete(closes);
      }
    },
    /** Parse messages of the named statements that the backend has lost; to be run before a transaction begins. */
    revive(): Buffer[] {
      const lost = [...statements.values()].filter(({ name, live }) => name !== '' && !live);
      for (const statement of lost) statement.live = true;
      return lost.map(({ parse }) => parse);
    },
    /** The backend has run a simple query of ours. */
    unnamedLost() {
      const unnamed = statements.get('');
      if (unnamed) unnamed.live = false;
    },
    allLost() {
      for (const statement of statements.values()) statement.live = false;
    },
    clear() {
      statements.clear();
    },
    /** Messages that remove them all from the backend. */
    closing: () =>
      [...statements.values()].filter(({ live }) => live).map((one) => closeStatement(one.backendName)),
  };
}

export type PreparedStatements = ReturnType<typeof preparedStatements>;
