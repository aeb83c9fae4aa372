import { v7 } from 'uuid';
import type { ArtifactStore } from '#src/artifacts/store.ts';
import type { Database, Sql } from '#src/database/client.ts';
import type { EntityKind, RunStatus } from '#src/database/generated/enums.ts';
import { UserError } from '#src/errors.ts';
import { nounOf } from '#src/names/ref.ts';
import { lockName, type OnExisting, register, taken } from '#src/names/register.ts';
import { canonicalJson } from '#src/recipes/canonical.ts';
import type { RunKind } from '#src/recipes/kinds.ts';
import { type Recipe, recipeHash } from '#src/recipes/recipe.ts';
import { appendEvents } from './events.ts';
import type { Queue } from './queue.ts';

/** What a launch needs of its surroundings. */
export interface Laboratory {
  db: Database;
  store: ArtifactStore;
  queue: Queue;
}

export interface UsedEntity {
  kind: EntityKind;
  digest: string;
  role: string;
  weight?: number;
}

/** Where the worker finds what a recipe names by digest alone, and how to name what comes out. */
export interface Hints {
  /** Path of the source of an import by path; absent: the source is an artifact. */
  source?: string;
  onExisting?: OnExisting;
}

export interface Launch {
  recipe: Recipe;
  used: UsedEntity[];
  /** Kind of entity that comes out and is named; null: the run makes none that has a name. */
  makes: EntityKind | null;
  name?: string;
  onExisting: OnExisting;
  /** Run again although the recipe's result exists. */
  force: boolean;
  hints?: Hints;
}

interface Standing {
  id: string;
  status: RunStatus;
  outputs: { kind: EntityKind; digest: string }[];
}

/**
 * Records and enqueues a run, or returns the id of the run that already stands for the recipe; that one then also
 * gets the name asked for. Throws CONFLICT when the name belongs, or is about to belong, to something else.
 */
export async function launch({ db, queue }: Laboratory, spec: Launch): Promise<string> {
  const hash = recipeHash(spec.recipe);
  return db.transaction(async (tx) => {
    await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`recipe ${hash}`]);
    const standing = spec.force ? null : await standingRun(tx, hash);
    if (spec.name && spec.makes) await claimName(tx, spec, hash, standing);
    if (standing) return standing.id;
    return insertRun(tx, queue, spec, hash);
  });
}

async function standingRun(tx: Sql, hash: string): Promise<Standing | null> {
  const { rows } = await tx.query(
    `SELECT id, status, outputs FROM run
     WHERE recipe_hash = $1 AND NOT forced AND status IN ('QUEUED', 'RUNNING', 'SUCCEEDED') FOR UPDATE`,
    [hash],
  );
  return rows[0] ?? null;
}

async function claimName(tx: Sql, spec: Launch, hash: string, standing: Standing | null) {
  const kind = spec.makes!;
  const name = spec.name!;
  await lockName(tx, kind, name);
  const made = standing?.outputs.find((output) => output.kind === kind);
  if (made) return register(tx, kind, name, made.digest, spec.onExisting);
  // What an import will hold is known only when it has been read, so its name is judged when it is published.
  if (spec.onExisting === 'ERROR' && spec.recipe.kind !== 'IMPORT') {
    const { rows } = await tx.query(
      'SELECT version, digest FROM name WHERE kind = $1 AND name = $2 ORDER BY version DESC LIMIT 1',
      [kind, name],
    );
    // An embedding set's digest is its recipe's hash: one that was deleted is made again under its name.
    if (rows.length && rows[0].digest !== hash) throw taken(kind, name, rows[0].version);
    const { rows: runs } = await tx.query(
      `SELECT id FROM run WHERE $1 = ANY(names) AND kind = ANY($2) AND recipe_hash <> $3 AND status IN ('QUEUED', 'RUNNING') LIMIT 1`,
      [name, makers[kind], hash],
    );
    if (runs.length) {
      const message = `run ${runs[0].id} is about to make a ${nounOf(kind)} named "${name}" from another recipe; choose another name or pass onExisting: NEW_VERSION`;
      throw new UserError('CONFLICT', message, [{ path: 'input.name', message }]);
    }
  }
  if (standing)
    await tx.query('UPDATE run SET names = array_append(names, $2) WHERE id = $1 AND NOT $2 = ANY(names)', [
      standing.id,
      name,
    ]);
}

const makers: Record<EntityKind, RunKind[]> = {
  CORPUS: ['IMPORT'],
  BENCHMARK: ['IMPORT'],
  TOKENIZER: ['TOKENIZER'],
  MODEL: ['IMPORT', 'TRAINING', 'MERGE'],
  EMBEDDING_SET: ['EMBEDDING'],
  ARTIFACT: [],
};

async function insertRun(tx: Sql, queue: Queue, spec: Launch, hash: string): Promise<string> {
  const { rows } = await tx.query(
    `INSERT INTO run (id, kind, names, recipe, recipe_hash, forced, hints) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id`,
    [
      v7(), // sorts by time of creation, so that pages of runs read an index in order
      spec.recipe.kind,
      spec.name ? [spec.name] : [],
      canonicalJson(spec.recipe),
      hash,
      spec.force,
      JSON.stringify({ ...spec.hints, onExisting: spec.onExisting }),
    ],
  );
  const id: string = rows[0].id;
  if (spec.used.length)
    await tx.query(
      `INSERT INTO lineage_edge (run_id, direction, kind, digest, role, position, weight)
       SELECT $1, 'USED', kind::"EntityKind", digest, role, position, weight
       FROM unnest($2::text[], $3::text[], $4::text[], $5::int[], $6::float8[]) AS e(kind, digest, role, position, weight)`,
      [
        id,
        spec.used.map((u) => u.kind),
        spec.used.map((u) => u.digest),
        spec.used.map((u) => u.role),
        spec.used.map((_, i) => i),
        spec.used.map((u) => u.weight ?? null),
      ],
    );
  await appendEvents(tx, id, 0, [{ type: 'STATUS', payload: { status: 'QUEUED' } }]);
  await queue.send(tx, id);
  return id;
}
