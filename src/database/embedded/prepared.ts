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

/** A batch as the backend gets it. */
export interface Plan {
  /** Statements that the backend has lost; to be parsed before, on their own. */
  revive: Statement[];
  messages: Buffer[];
  /** LISTENs and UNLISTENs in the order in which their tags will come. */
  subscriptions: Subscription[];
  made: Statement[];
  /** Names of closed statements, null for closed portals. */
  closed: (string | null)[];
}

/**
 * One client's prepared statements. Named ones get a name of their own in the backend. The unnamed one keeps its name,
 * and any other client's Parse or Query replaces it. What the backend has lost, by that or by another client's DISCARD
 * ALL, is parsed again when it is next used. Portals need nothing: they end with the transaction, which is exclusive
 * (those WITH HOLD are closed when the session changes hands).
 */
export function preparedStatements(clientId: number) {
  const statements = new Map<string, Statement>();
  let count = 0;

  function plan(batch: Buffer[]): Plan {
    const plan: Plan = { revive: [], messages: [], subscriptions: [], made: [], closed: [] };

    /** Sees to it that the backend has the statement, and gives its name there. */
    function backendName(name: string): string {
      const statement = statements.get(name);
      if (!statement) return name;
      if (!statement.live && !plan.made.includes(statement)) {
        plan.revive.push(statement);
        statement.live = true;
      }
      return statement.backendName;
    }

    for (const message of batch) {
      switch (typeOf(message)) {
        case 'P': {
          const name = readString(message, 5).text;
          if (name !== '' && statements.has(name)) {
            plan.messages.push(replaceString(message, 5, backendName(name))); // fails there, as it must
            break;
          }
          const renamed = name && `isogloss.${clientId}.${++count}`;
          const parse = name ? replaceString(message, 5, renamed) : message;
          const { subscriptions } = intentOf(sqlOf(message));
          const statement = { name, backendName: renamed, parse, subscriptions, live: false };
          statements.set(name, statement);
          plan.made.push(statement);
          plan.messages.push(parse);
          break;
        }
        case 'B': {
          const at = readString(message, 5).next;
          const name = readString(message, at).text;
          plan.messages.push(replaceString(message, at, backendName(name)));
          plan.subscriptions.push(...(statements.get(name)?.subscriptions ?? []));
          break;
        }
        case 'D':
        case 'C': {
          const ofStatement = message[5] === 'S'.charCodeAt(0);
          const name = readString(message, 6).text;
          if (typeOf(message) === 'C') plan.closed.push(ofStatement ? name : null);
          plan.messages.push(ofStatement ? replaceString(message, 6, backendName(name)) : message);
          break;
        }
        case 'Q':
          statements.delete(''); // as in PostgreSQL
          plan.subscriptions.push(...intentOf(sqlOf(message)).subscriptions);
          plan.messages.push(message);
          break;
        default:
          plan.messages.push(message);
      }
    }
    return plan;
  }

  return {
    plan,
    /** Notes what was done of a plan: an error skips the rest of a batch. */
    settle({ made, closed }: Plan, parsed: number, closedCount: number) {
      for (const [index, statement] of made.entries()) {
        if (index < parsed) statement.live = true;
        else if (statements.get(statement.name) === statement) statements.delete(statement.name);
      }
      for (const name of closed.slice(0, closedCount)) if (name !== null) statements.delete(name);
    },
    settleRevived({ revive }: Plan, parsed: number) {
      for (const statement of revive.slice(parsed)) statement.live = false;
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
