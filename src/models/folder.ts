import { copyFile, mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type ArtifactStore, layOut } from '#src/artifacts/store.ts';
import type { Database } from '#src/database/client.ts';
import { UserError } from '#src/errors.ts';

/**
 * A model as a folder that tools open: hard links to the store's files, made once per model and kept in `cache`.
 * The folder appears under its name only when it is complete.
 */
export async function modelFolder(
  db: Database,
  store: ArtifactStore,
  cache: string,
  digest: string,
): Promise<string> {
  const folder = join(cache, digest);
  if (await stat(folder).catch(() => null)) return folder;
  const files = await db.prisma.modelFile.findMany({ where: { modelDigest: digest } });
  if (files.length === 0) throw new UserError('NOT_FOUND', `there is no model ${digest}`);
  const building = join(cache, `${digest}.${process.pid}.${Date.now()}`);
  await mkdir(building, { recursive: true });
  await layOut(
    building,
    await Promise.all(files.map(async (f) => ({ path: f.path, local: await store.local(f.digest) }))),
    copyFile,
  );
  await rename(building, folder).catch(async (error: NodeJS.ErrnoException) => {
    await rm(building, { recursive: true, force: true });
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error; // someone else was faster
  });
  return folder;
}
