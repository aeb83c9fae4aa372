import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { link, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { UserError } from '#src/errors.ts';

export interface Stored {
  /** Hex SHA-256 of the bytes. */
  digest: string;
  /** Bytes. */
  size: number;
}

/** Content-addressed bytes. What is stored is whole, durable and never changes. */
export interface ArtifactStore {
  /** Takes a stream to its end. Throws LIMIT_EXCEEDED beyond `limit` bytes; then nothing is kept. */
  put(source: Readable | AsyncIterable<Uint8Array>, limit?: number): Promise<Stored>;
  /** Takes over a finished file of this machine: moved where the file system allows, else copied. */
  adopt(path: string): Promise<Stored>;
  /** A verified local path; throws when the bytes are missing or are not what their name says. */
  local(digest: string): Promise<string>;
  has(digest: string): Promise<boolean>;
}

export async function hashFile(path: string): Promise<Stored> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { digest: hash.digest('hex'), size };
}

async function syncFolder(folder: string) {
  const handle = await open(folder, 'r').catch(() => null); // Windows cannot open folders; its renames are journaled
  if (!handle) return;
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export async function openDiskStore(root: string): Promise<ArtifactStore> {
  const incoming = join(root, 'incoming');
  await mkdir(incoming, { recursive: true });
  await removeStale(incoming);
  const verified = new Set<string>();

  // Names come only from our own hashing or from rows of the database, but a path is still built from nothing else.
  const place = (digest: string) => {
    if (!/^[0-9a-f]{64}$/.test(digest)) throw new Error(`not a digest: ${digest}`);
    return join(root, digest.slice(0, 2), digest);
  };

  /** Publish a complete, synced temporary file under its digest: rename, then make the name itself durable. */
  async function publish(temporary: string, digest: string) {
    const target = place(digest);
    await mkdir(dirname(target), { recursive: true });
    await rename(temporary, target);
    await syncFolder(dirname(target));
  }

  const store: ArtifactStore = {
    async put(source, limit = Number.POSITIVE_INFINITY) {
      const temporary = join(incoming, randomBytes(12).toString('hex'));
      const hash = createHash('sha256');
      let size = 0;
      try {
        const file = await open(temporary, 'wx');
        try {
          for await (const chunk of source) {
            size += chunk.length;
            if (size > limit) throw new UserError('LIMIT_EXCEEDED', `more than ${limit} bytes were sent`);
            hash.update(chunk);
            await file.writeFile(chunk);
          }
          await file.sync();
        } finally {
          await file.close();
        }
        const digest = hash.digest('hex');
        await publish(temporary, digest);
        return { digest, size };
      } catch (error) {
        await rm(temporary, { force: true });
        throw error;
      }
    },

    async adopt(path) {
      const handle = await open(path, 'r+');
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
      const stored = await hashFile(path);
      try {
        await publish(path, stored.digest);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
        return store.put(createReadStream(path));
      }
      return stored;
    },

    async local(digest) {
      const path = place(digest);
      if (verified.has(digest)) return path;
      const found = await hashFile(path).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return null;
        throw error;
      });
      if (!found) throw new UserError('UNAVAILABLE', `artifact ${digest} is not in the store`);
      if (found.digest !== digest)
        throw new UserError(
          'UNAVAILABLE',
          `artifact ${digest} is damaged: its bytes hash to ${found.digest}; restore it from a backup`,
        );
      verified.add(digest);
      return path;
    },

    async has(digest) {
      return stat(place(digest)).then(
        () => true,
        () => false,
      );
    },
  };
  return store;
}

/** Uploads cut off by a crash; a day is longer than any upload. */
async function removeStale(incoming: string) {
  const day = 24 * 3600 * 1000;
  for (const name of await readdir(incoming)) {
    const path = join(incoming, name);
    const found = await stat(path).catch(() => null);
    if (found && Date.now() - found.mtimeMs > day) await rm(path, { force: true });
  }
}

/**
 * Lays files out as a folder, e.g. a model for a tool that wants one. Hard links cost nothing; where the file
 * system has none the bytes are copied by the caller's choice of `copy`.
 */
export async function layOut(
  folder: string,
  files: { path: string; local: string }[],
  copy: (from: string, to: string) => Promise<void>,
) {
  for (const { path, local } of files) {
    const target = join(folder, path);
    await mkdir(dirname(target), { recursive: true });
    await link(local, target).catch(() => copy(local, target));
  }
}
