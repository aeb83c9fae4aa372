import { opendir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { ArtifactStore } from '#src/artifacts/store.ts';
import type { Sql } from '#src/database/client.ts';
import { canonicalJson, sha256 } from '#src/recipes/canonical.ts';

export interface ModelFile {
  path: string;
  digest: string;
  size: number;
}

/** Papers about a model do not change what it computes. */
const notIdentity = new Set(['README.md', 'mergekit_config.yml']);

/** A model is named by what it computes with: the digest over the sorted list of its files' paths and digests. */
export function modelDigest(files: ModelFile[]): string {
  const identity = files
    .filter((file) => !notIdentity.has(file.path))
    .map(({ path, digest }) => ({ path, digest }));
  return sha256(canonicalJson(identity.sort((a, b) => (a.path < b.path ? -1 : 1))));
}

/** Moves every file of a finished model folder into the store. */
export async function storeModel(store: ArtifactStore, folder: string): Promise<ModelFile[]> {
  const files: ModelFile[] = [];
  for await (const entry of await opendir(folder, { recursive: true })) {
    if (!entry.isFile()) continue;
    const local = join(entry.parentPath, entry.name);
    const path = relative(folder, local).split(sep).join('/');
    files.push({ path, ...(await store.adopt(local)) });
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

export interface ModelMeta {
  architecture: string;
  parameters: number;
  dimension: number;
  [key: string]: unknown;
}

export async function publishModel(tx: Sql, files: ModelFile[], meta: ModelMeta): Promise<string> {
  const digest = modelDigest(files);
  const { architecture, parameters, dimension, ...rest } = meta;
  const { rowCount } = await tx.query(
    `INSERT INTO model (digest, architecture, parameters, dimension, meta) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
    [digest, architecture, parameters, dimension, JSON.stringify(rest)],
  );
  if (rowCount)
    await tx.query(
      `INSERT INTO model_file (model_digest, path, digest, size) SELECT $1, * FROM unnest($2::text[], $3::text[], $4::bigint[])`,
      [digest, files.map((f) => f.path), files.map((f) => f.digest), files.map((f) => f.size)],
    );
  return digest;
}

export async function publishTokenizer(tx: Sql, digest: string, meta: Record<string, unknown>) {
  const { algorithm, vocabSize, ...rest } = meta;
  await tx.query(
    'INSERT INTO tokenizer (digest, algorithm, vocab_size, meta) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING',
    [digest, algorithm, vocabSize, JSON.stringify(rest)],
  );
}
