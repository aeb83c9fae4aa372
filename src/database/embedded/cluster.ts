import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openAsBlob,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { type Engine, openEngine } from './engine.ts';

export interface ClusterOptions {
  /** The data folder, locked by the caller; null keeps everything in memory. */
  folder: string | null;
  durable: boolean;
  onPanic(error: unknown): never;
}

/** Opens the database of a data folder, made first where there is none. */
export async function openCluster({ folder, durable, onPanic }: ClusterOptions): Promise<Engine> {
  if (folder === null) {
    return openEngine({ dataDir: 'memory://', loadDataDir: await template(), durable: false, onPanic });
  }
  const cluster = join(folder, 'cluster');
  if (!existsSync(cluster)) {
    // Under another name until it is whole: half a cluster opens no more, and would be taken for a broken one.
    const unfinished = `${cluster}.new`;
    rmSync(unfinished, { recursive: true, force: true });
    const engine = await openEngine({
      dataDir: unfinished,
      loadDataDir: await template(),
      durable: false,
      onPanic,
    });
    await engine.close();
    if (durable) syncTree(unfinished);
    renameSync(unfinished, cluster);
    if (durable) syncTree(folder, 0);
  }
  return openEngine({ dataDir: cluster, durable, onPanic });
}

/**
 * A fresh cluster as a dump. initdb takes 2 s of processor time and makes the same bytes every time, so the first start
 * keeps them beside the package that made them: every later cluster (each test has one) opens in 0.3 s.
 */
async function template(): Promise<Blob> {
  const pglite = join(dirname(createRequire(import.meta.url).resolve('@electric-sql/pglite')), '..');
  const { version } = JSON.parse(readFileSync(join(pglite, 'package.json'), 'utf8'));
  const cache = join(pglite, '..', '..', '.cache', 'isogloss');
  const file = join(cache, `cluster-pglite-${version}.tar`);
  if (existsSync(file)) return openAsBlob(file);

  const database = await PGlite.create();
  const dump = await database.dumpDataDir('none');
  await database.close();
  try {
    mkdirSync(cache, { recursive: true });
    const unfinished = `${file}.${process.pid}`;
    writeFileSync(unfinished, await dump.bytes());
    renameSync(unfinished, file);
  } catch {
    // Packages installed by somebody else: every start makes its own.
  }
  return dump;
}

/** Syncs a folder and what is in it, `depth` levels down. */
function syncTree(path: string, depth = Number.POSITIVE_INFINITY) {
  const descriptor = openSync(path, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
  if (depth === 0) return;
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    syncTree(join(path, entry.name), entry.isDirectory() ? depth - 1 : 0);
  }
}
