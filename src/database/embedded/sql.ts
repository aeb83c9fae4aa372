/**
 * The little that the front must know of SQL before it runs: which channels a statement listens to, and which statements
 * need a session of their own, which clients of one shared session cannot have. Everything else is read off the
 * server's answers, which cannot be fooled by comments or quoting.
 */

const interesting = /listen|prepare|temp|advisory/i;

// Comments, strings, quoted identifiers, dollar quotes: whichever begins first hides the others, as in PostgreSQL.
const token =
  /;|--[^\n]*|\/\*[\s\S]*?\*\/|\b[eE]'(?:[^'\\]|\\[\s\S]|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$([A-Za-z_]\w*)?\$[\s\S]*?\$\1\$/g;

/** The statements of a query string: literals emptied, comments gone, white space single. */
function statements(sql: string): string[] {
  const bare = sql.replace(token, (found) => {
    if (found === ';') return '\0'; // no query string can hold one
    if (found.startsWith('"')) return found;
    return /^(--|\/\*)/.test(found) ? ' ' : "''";
  });
  return bare
    .split('\0')
    .map((statement) => statement.trim().replace(/\s+/g, ' '))
    .filter((statement) => statement !== '');
}

/** One LISTEN (`on`) or UNLISTEN; channel null is UNLISTEN *. */
export interface Subscription {
  on: boolean;
  channel: string | null;
}

export interface Intent {
  subscriptions: Subscription[];
  /** Why the query cannot run on a shared session, else null. */
  refusal: string | null;
}

const nothing: Intent = { subscriptions: [], refusal: null };

/** What a query string, one or many statements, means to do. */
export function intentOf(sql: string): Intent {
  if (!interesting.test(sql)) return nothing;
  const all = statements(sql);
  return {
    subscriptions: all.map(subscription).filter((found) => found !== null),
    refusal: all.map(refusal).find((found) => found !== null) ?? null,
  };
}

function subscription(statement: string): Subscription | null {
  const found = /^(un)?listen ?("(?:[^"]|"")+"|\*|[^\s"]+)$/i.exec(statement);
  if (!found) return null;
  const [, off, name] = found;
  return { on: !off, channel: name === '*' ? null : identifier(name) };
}

/** Unquoted ASCII letters fold to lower case; 63 bytes count (NAMEDATALEN - 1), cut at a whole character. */
function identifier(name: string): string {
  const quoted = name.startsWith('"');
  const plain = quoted
    ? name.slice(1, -1).replaceAll('""', '"')
    : name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  const characters = [...plain];
  while (Buffer.byteLength(characters.join('')) > 63) characters.pop();
  return characters.join('');
}

const intoTemporary = /^(select|with)\b.*(?<!\b(insert|merge) )\binto (local )?temp(orary)? (table )?["\w]/i;

function refusal(statement: string): string | null {
  if (/\bpg_(try_)?advisory_lock(_shared)?\b/i.test(statement)) {
    return 'session-level advisory locks are not available on the embedded database: use pg_advisory_xact_lock in a transaction';
  }
  if (/^prepare (?!transaction\b)/i.test(statement)) {
    return 'SQL-level PREPARE is not available on the embedded database: use prepared statements of the protocol';
  }
  const temporary = /^create (or replace )?((global|local) )?temp(orary)?\b/i.test(statement);
  if ((temporary && !/\bon commit drop\b/i.test(statement)) || intoTemporary.test(statement)) {
    return 'temporary objects must end with their transaction on the embedded database: use CREATE TEMP TABLE ... ON COMMIT DROP in a transaction';
  }
  return null;
}
