import type { Database, Sql } from '#src/database/client.ts';

/** Table and indexes of one embedding set. Their names are made of integers and hexadecimal digits of our own. */
export const partition = (set: number) => `embedding_${set}`;

const hex = (text: string) => Buffer.from(text).toString('hex');

/** An HNSW index over a whole set, or over one language of it; the language stands in the name. */
export const indexName = (set: number, language: string | null) =>
  `${partition(set)}_hnsw${language === null ? '' : `_${hex(language)}`}`;

/** The language of an index, null of one over the whole set; undefined of an index that is none of ours. */
export function languageOfIndex(set: number, name: string): string | null | undefined {
  const digits = new RegExp(`^${partition(set)}_hnsw_([0-9a-f]+)$`).exec(name)?.[1];
  if (digits !== undefined) return Buffer.from(digits, 'hex').toString();
  return name === indexName(set, null) ? null : undefined;
}

/** PostgreSQL cuts longer names off. */
const longestName = 63 - '_new'.length;
export const namable = (set: number, language: string) => indexName(set, language).length <= longestName;

export interface Capabilities {
  /** PGlite: one thread for everybody, no COPY, nothing concurrent. */
  embedded: boolean;
  /** pgvector 0.8 or newer scans an index on beyond ef_search. */
  iterative: boolean;
  /** Before 0.8.2 a parallel build of an HNSW index could write past its buffer (CVE-2026-3172). */
  parallelBuilds: boolean;
}

const known = new WeakMap<object, Promise<Capabilities>>();

/** What this database can do; asked once a pool. */
export function capabilities({ pool }: Pick<Database, 'pool'>): Promise<Capabilities> {
  let found = known.get(pool);
  if (!found) {
    found = ask(pool);
    known.set(pool, found);
    found.catch(() => known.delete(pool));
  }
  return found;
}

async function ask(sql: Sql): Promise<Capabilities> {
  const { rows } = await sql.query(
    `SELECT version() AS version, (SELECT extversion FROM pg_extension WHERE extname = 'vector') AS vector`,
  );
  const [major, minor, patch = 0] = (rows[0].vector as string).split('.').map(Number);
  const version = major * 1e6 + minor * 1e3 + patch;
  return {
    embedded: /emscripten|wasm/i.test(rows[0].version),
    iterative: version >= 8000,
    parallelBuilds: version >= 8002,
  };
}
