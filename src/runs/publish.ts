import { join, resolve } from 'node:path';
import type { ArtifactStore, Stored } from '#src/artifacts/store.ts';
import { loadCollection, publishCollection } from '#src/corpora/load.ts';
import type { Database, Sql } from '#src/database/client.ts';
import type { EntityKind } from '#src/database/generated/enums.ts';
import { loadEmbeddings, type OnProgress, publishEmbeddings } from '#src/embeddings/load.ts';
import { loadScores, publishScores } from '#src/evaluation/publish.ts';
import { invertedIndex } from '#src/lexical/build.ts';
import { type ModelMeta, publishModel, publishTokenizer, storeModel } from '#src/models/publish.ts';
import { register } from '#src/names/register.ts';
import { recipeHash } from '#src/recipes/recipe.ts';
import { appendEvents } from './events.ts';
import { finish, type HeldRun, type Output } from './execution.ts';

/** What a child handed over: a file or folder below its output folder, and what it knows about it. */
export interface ChildOutput {
  role: string;
  path: string;
  meta: Record<string, unknown>;
}

/** Bulk work goes ahead of the final transaction; what it returns is the part that must hold together with the run's end. */
type Prepared = (tx: Sql) => Promise<Output>;

interface Surroundings {
  db: Database;
  store: ArtifactStore;
  held: HeldRun;
  folder: string;
  /** Told of bulk work that takes its time. */
  onProgress?: OnProgress;
}

/** Everything a run made becomes visible in one transaction, together with its terminal state; or nothing does. */
export async function publishOutputs(surroundings: Surroundings, outputs: ChildOutput[]) {
  const { db, held } = surroundings;
  const prepared: Prepared[] = [];
  for (const output of outputs) prepared.push(await prepare(surroundings, output));
  await db.transaction(async (tx) => {
    const made: Output[] = [];
    for (const publish of prepared) made.push(await publish(tx));
    for (const output of made)
      if (named.has(output.kind))
        // A name asked for while the run was going on is in the row, not in what the worker was given.
        for (const name of await namesOf(tx, held.run))
          await register(tx, output.kind, name, output.digest, held.hints.onExisting ?? 'ERROR');
    await recordGenerated(tx, held, made);
    await finish(tx, held, 'SUCCEEDED', null, made);
  });
}

const named = new Set<EntityKind>(['CORPUS', 'BENCHMARK', 'TOKENIZER', 'MODEL', 'EMBEDDING_SET']);

async function namesOf(tx: Sql, run: string): Promise<string[]> {
  const { rows } = await tx.query('SELECT names FROM run WHERE id = $1 FOR UPDATE', [run]);
  return rows[0].names;
}

async function prepare(
  { db, store, held, folder, onProgress }: Surroundings,
  output: ChildOutput,
): Promise<Prepared> {
  const local = resolve(folder, output.path);
  switch (output.role) {
    case 'corpus':
    case 'benchmark': {
      const kind = output.role === 'corpus' ? 'CORPUS' : 'BENCHMARK';
      const stored = await store.adopt(local);
      const path = await store.local(stored.digest);
      const meta = output.meta as { languages: string[]; report: unknown };
      const staged = await loadCollection(db, held.run, { kind, digest: stored.digest, path, meta });
      return async (tx) => {
        await publishCollection(tx, kind, stored.digest, staged);
        return artifactOutput(tx, output.role, kind, stored, 'application/jsonl');
      };
    }
    case 'tokenizer': {
      const stored = await store.adopt(local);
      return async (tx) => {
        await publishTokenizer(tx, stored.digest, output.meta);
        return artifactOutput(tx, output.role, 'TOKENIZER', stored, 'application/json');
      };
    }
    case 'model': {
      const files = await storeModel(store, local);
      return async (tx) => {
        for (const file of files) await recordArtifact(tx, file, 'application/octet-stream');
        return {
          role: output.role,
          kind: 'MODEL',
          digest: await publishModel(tx, files, output.meta as ModelMeta),
        };
      };
    }
    case 'vectors': {
      const digest = recipeHash(held.recipe);
      const input = (role: string) => held.recipe.inputs.find((i) => i.role === role)?.digest;
      const collection = input('corpus') ?? input('benchmark');
      const { dimension, count, ...meta } = output.meta as { dimension: number; count: number };
      const file = { vectors: join(local, 'vectors.f32'), rows: join(local, 'rows.u32'), dimension, count };
      const staged = await loadEmbeddings(
        db,
        held.run,
        digest,
        input('model')!,
        collection!,
        file,
        meta,
        onProgress,
      );
      if (staged !== null) await invertedIndex(db, staged);
      return async (tx) => {
        await publishEmbeddings(tx, digest, staged);
        return { role: output.role, kind: 'EMBEDDING_SET', digest };
      };
    }
    case 'scores': {
      const scores = await loadScores(local);
      const stored = await store.adopt(local);
      return async (tx) => {
        await publishScores(tx, held.run, scores);
        return artifactOutput(tx, output.role, 'ARTIFACT', stored, 'application/json');
      };
    }
    default: {
      const stored = await store.adopt(local);
      const mediaType =
        typeof output.meta.mediaType === 'string' ? output.meta.mediaType : 'application/octet-stream';
      return (tx) => artifactOutput(tx, output.role, 'ARTIFACT', stored, mediaType);
    }
  }
}

async function artifactOutput(
  tx: Sql,
  role: string,
  kind: EntityKind,
  stored: Stored,
  mediaType: string,
): Promise<Output> {
  await recordArtifact(tx, stored, mediaType);
  return { role, kind, digest: stored.digest };
}

export async function recordArtifact(sql: Sql, { digest, size }: Stored, mediaType: string) {
  await sql.query(
    'INSERT INTO artifact (digest, size, media_type) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
    [digest, size, mediaType],
  );
}

/**
 * A result can be byte-identical to something the run was made from (a merge with weights 1 and 0). Nothing new was
 * generated then, and an edge would close a circle; the run's outputs still name it.
 */
async function recordGenerated(tx: Sql, held: HeldRun, outputs: Output[]) {
  const counts = new Map<string, number>();
  for (const { role, kind, digest } of outputs) {
    const position = counts.get(role) ?? 0;
    counts.set(role, position + 1);
    const { rows } = await tx.query('SELECT lineage_reaches($1, $2, $3) AS circle', [held.run, kind, digest]);
    if (rows[0].circle)
      await appendEvents(tx, held.run, held.attempt, [
        {
          type: 'LOG',
          payload: { level: 'warn', message: `${role} ${digest} is byte-identical to one of its ancestors` },
        },
      ]);
    else
      await tx.query(
        `INSERT INTO lineage_edge (run_id, direction, kind, digest, role, position) VALUES ($1, 'GENERATED', $2, $3, $4, $5)
         ON CONFLICT DO NOTHING`,
        [held.run, kind, digest, role, position],
      );
  }
}
