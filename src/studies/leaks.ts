import type { Sql } from '#src/database/client.ts';
import type { StepRow } from './store.ts';

/** Texts of a benchmark that also stand in a corpus which the study trains on: its scores there flatter. */
export interface Leak {
  benchmark: string;
  corpus: string;
  /** What people call the corpus: its first name. */
  corpusName: string | null;
  texts: number;
  /** All texts of the benchmark, to weigh the number by. */
  of: number;
}

/** Collections never change, so what was found stays true: a report read again does not read the corpora again. */
const remembered = new Map<string, Found[]>();
const mostRemembered = 64;
type Found = Omit<Leak, 'benchmark'> & { digest: string };

/**
 * Compares whole texts, letters and digits only, in lower case: what differs in spacing and punctuation is the same
 * sentence. A hash join of the benchmark's few thousand texts with the corpora's, so it reads each corpus once.
 */
export async function findLeaks(
  sql: Sql,
  steps: Pick<StepRow, 'kind' | 'input' | 'cell'>[],
): Promise<Leak[]> {
  const corpora = new Set<string>();
  const benchmarks = new Map<string, string>();
  for (const { kind, input, cell } of steps) {
    if (kind === 'TRAINING')
      for (const { corpus } of (input as { composition: { components: { corpus: string }[] } }).composition
        .components)
        corpora.add(corpus);
    if (kind === 'EVALUATION')
      benchmarks.set((input as { benchmarks: string[] }).benchmarks[0], cell.benchmark!);
  }
  const key = JSON.stringify([[...benchmarks.keys()].sort(), [...corpora].sort()]);
  let found = remembered.get(key);
  if (!found) {
    found = await readLeaks(sql, [...benchmarks.keys()], [...corpora]);
    remembered.set(key, found);
    if (remembered.size > mostRemembered) remembered.delete(remembered.keys().next().value!);
  }
  return found.map(({ digest, ...leak }) => ({ benchmark: benchmarks.get(digest)!, ...leak }));
}

async function readLeaks(sql: Sql, benchmarks: string[], corpora: string[]): Promise<Found[]> {
  const { rows } = await sql.query(
    `WITH asked AS (
       SELECT c.digest AS benchmark, lower(regexp_replace(t.text, '[^[:alnum:]]', '', 'g')) AS plain
       FROM collection c JOIN text t ON t.collection_id = c.id
       WHERE c.kind = 'BENCHMARK' AND c.published_at IS NOT NULL AND c.digest = ANY($1)
     ), trained AS (
       SELECT c.digest AS corpus, lower(regexp_replace(t.text, '[^[:alnum:]]', '', 'g')) AS plain
       FROM collection c JOIN text t ON t.collection_id = c.id
       WHERE c.kind = 'CORPUS' AND c.published_at IS NOT NULL AND c.digest = ANY($2)
     )
     SELECT a.benchmark AS digest, t.corpus, count(DISTINCT a.plain)::int AS texts,
            (SELECT name || '@' || version FROM name n WHERE n.kind = 'CORPUS' AND n.digest = t.corpus
             ORDER BY created_at, name, version LIMIT 1) AS "corpusName",
            (SELECT count(DISTINCT plain)::int FROM asked b WHERE b.benchmark = a.benchmark) AS of
     FROM asked a JOIN trained t ON t.plain = a.plain AND a.plain <> '' GROUP BY a.benchmark, t.corpus ORDER BY 3 DESC`,
    [benchmarks, corpora],
  );
  return rows;
}
