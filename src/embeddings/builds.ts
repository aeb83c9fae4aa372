import { setTimeout as sleep } from 'node:timers/promises';
import type { Database, Sql } from '#src/database/client.ts';
import type { OnProgress } from './load.ts';
import { languageOfIndex, partition } from './partition.ts';

/** An index that is being built now, as the server tells it. */
export interface Build {
  /** Null: over the whole set. */
  language: string | null;
  /** PostgreSQL's word for what it is at. */
  phase: string;
  /** Vectors, where the server counts them yet. */
  done: number;
  total: number;
}

/** Phases that come before the graph. */
const before = /^(initializing|waiting for writers before build)/;

/**
 * Builds that go on in a set. A server counts the vectors of an HNSW graph as it links them in; how many there will be
 * it does not say of a concurrent build, so the total is the set's. The embedded database does one thing at a time and
 * tells nobody.
 */
export async function readBuilds(sql: Sql, set: number): Promise<Build[]> {
  const { rows } = await sql.query(
    `SELECT c.relname AS name, p.phase, p.tuples_done::float8 AS done, s.count AS total, s.languages
     FROM pg_stat_progress_create_index p JOIN pg_class c ON c.oid = p.index_relid
     JOIN embedding_set s ON s.id = $2
     WHERE p.datname = current_database() AND p.relid = to_regclass($1)`,
    [partition(set), set],
  );
  return rows.flatMap(({ name, phase, done, total, languages }) => {
    const language = languageOfIndex(set, name.replace(/_new$/, ''));
    if (language === undefined) return [];
    const all: number = language === null ? total : languages[language];
    // The count is of a phase, and begins anew in those that check the finished graph.
    const made = /^building/.test(phase) ? Math.min(done, all) : before.test(phase) ? 0 : all;
    return [{ language, phase, done: made, total: all }];
  });
}

/** Tells how far a build in `set` is, once a second while `work` goes on. */
export async function watchBuild<T>(
  { pool }: Database,
  set: number,
  onProgress: OnProgress,
  work: () => Promise<T>,
): Promise<T> {
  const ended = new AbortController();
  const watching = (async () => {
    while (!ended.signal.aborted) {
      const [build] = await readBuilds(pool, set).catch(() => []);
      if (build)
        onProgress({ done: Math.min(build.done, build.total), total: build.total, unit: 'vectors indexed' });
      await sleep(1000, null, { signal: ended.signal }).catch(() => {});
    }
  })();
  try {
    return await work();
  } finally {
    ended.abort();
    await watching;
  }
}
