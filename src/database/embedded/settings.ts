import type { Engine } from './engine.ts';
import { query, readRows } from './protocol.ts';

/** Settings of a session by name, values as in pg_settings (in the base unit, lists flat). */
export type Settings = ReadonlyMap<string, string>;

/** Runs SQL of the front's own in the session as it is. */
export type Ask = Engine['rows'];

// Whatever a session can hold beyond its transaction and that cannot be carried over: settings, role, what currval()
// and lastval() remember, temporary objects, cursors WITH HOLD. 15 us altogether, so it is done at every change of hands
// rather than guessed when it is needed. No RESET ROLE: RESET SESSION AUTHORIZATION includes it.
const blank = query('RESET SESSION AUTHORIZATION; RESET ALL; DISCARD SEQUENCES; DISCARD TEMP; CLOSE ALL');

const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** Makes the backend's session a new one with these settings; gives its answers. Throws PostgreSQL's error for a bad setting. */
export function startSession(engine: Engine, settings: Settings): Buffer {
  const answers = [engine.exec(blank)];
  if (settings.size > 0) {
    const calls = [...settings].map(
      ([name, value]) => `set_config(${literal(name)}, ${literal(value)}, false)`,
    );
    answers.push(engine.exec(query(`SELECT ${calls.join(', ')}`)));
  }
  const answer = Buffer.concat(answers);
  readRows(answer);
  return answer;
}

/**
 * The settings that the backend's session has of its own; `custom` names those with a prefix that no view lists.
 * 0.5 ms: to be asked only when they may have changed.
 */
export function readSettings(ask: Ask, custom: ReadonlySet<string>): Map<string, string> {
  const rows = ask(`
    SELECT 'session_authorization', session_user::text WHERE session_user <> 'postgres'
    UNION ALL SELECT 'role', current_setting('role') WHERE current_setting('role') <> 'none'
    UNION ALL SELECT name, setting FROM pg_catalog.pg_settings WHERE source = 'session'
    UNION ALL SELECT name, current_setting(name, true) FROM unnest(ARRAY[${[...custom].map(literal)}]::text[]) AS name
      WHERE current_setting(name, true) <> ''`);
  return new Map(rows as [string, string][]);
}

/** May this query string change settings without a tag that says so? */
export const configures = (sql: string) => /set_config/i.test(sql);

/** What in a query string may be the name of a custom setting, `app.user`. Other names with a dot do no harm. */
export const customNames = (sql: string) =>
  /\bset(_config)?\b/i.test(sql) ? (sql.match(/\b[a-z_]\w*\.[a-z_]\w*\b/gi) ?? []) : [];
