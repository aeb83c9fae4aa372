import type pg from 'pg';

/** Statements by connection: the same search comes again and again, and planning it takes a tenth of its time. */
const prepared = new WeakMap<pg.PoolClient, Map<string, string>>();
const mostPrepared = 32;
/** Filters make statements of any length, of which few come twice. */
const longestPrepared = 4000;
let statements = 0;

/** A statement with $1 to $9 in it, each once and before anything that a user said, and the literals that stand for them. */
export interface Filled {
  sql: string;
  literals: string[];
}

/**
 * Statements for a message of several, which takes no parameters, so that each is planned once a connection. `before`
 * must have been said first; `succeeded` is to be called when the message has been carried out.
 */
export function executing(client: pg.PoolClient, filled: Filled[]) {
  const known = prepared.get(client) ?? new Map<string, string>();
  prepared.set(client, known);
  const before: string[] = [];
  const fresh: [sql: string, name: string][] = [];
  const said = filled.map(({ sql, literals }) => {
    if (sql.length > longestPrepared) return fill(sql, literals);
    let name = known.get(sql);
    if (!name) {
      name = `isogloss_${statements++}`;
      fresh.push([sql, name]);
      before.push(`PREPARE ${name} AS ${sql}`);
    }
    return `EXECUTE ${name}(${literals.join(', ')})`;
  });
  const tooMany = known.size + fresh.length - mostPrepared;
  const others = () => [...known].filter(([sql]) => !filled.some((one) => one.sql === sql));
  const oldest = tooMany > 0 ? others().slice(0, tooMany) : [];
  for (const [, name] of oldest) before.push(`DEALLOCATE ${name}`);
  const succeeded = () => {
    for (const [sql] of oldest) known.delete(sql);
    for (const [sql, name] of fresh) known.set(sql, name);
  };
  return { before, said, succeeded };
}

/** Each parameter the first time it stands there: what a user filters by comes later, and may look like one. */
export function fill(sql: string, literals: string[]): string {
  const left = new Set(literals.keys());
  return sql.replace(/\$(\d)/g, (parameter, n) => (left.delete(n - 1) ? literals[n - 1] : parameter));
}
