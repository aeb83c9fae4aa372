import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { UserError } from '#src/errors.ts';

/**
 * One process per data folder. PGlite itself takes no lock, and two openers of one folder silently lose what the other
 * has committed.
 *
 * A file that names a pid cannot be taken over without a race (two starters both find it stale, the second removes the
 * first one's fresh lock), says nothing across containers that share a volume, and mistakes a recycled pid for the
 * owner. A lock held by the kernel has none of that: it ends with the process, however that ends, so that a stale one
 * cannot exist. Node offers no flock, but its SQLite locks its database file with fcntl (LockFileEx on Windows).
 * The pid is kept beside it, for the message alone.
 */
export function lockFolder(folder: string): { release(): void } {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const ownerFile = join(folder, 'lock.pid');
  // Of several that start at one moment, each may see another's shared lock on its way to the exclusive one: without
  // patience all could give up, which one of some hundred races of twenty did.
  const lock = new DatabaseSync(join(folder, 'lock'), { timeout: 100 });
  try {
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE'); // nothing is ever written
  } catch (error) {
    lock.close();
    if (((error as { errcode?: number }).errcode ?? 0) % 256 !== 5) throw error; // SQLITE_BUSY in all its kinds
    throw new UserError(
      'CONFLICT',
      `${folder} is in use by ${owner(ownerFile)}: stop that first, or set another folder`,
    );
  }
  writeFileSync(ownerFile, String(process.pid));
  return {
    release() {
      lock.close();
    },
  };
}

function owner(file: string): string {
  try {
    const pid = readFileSync(file, 'utf8');
    process.kill(Number(pid), 0);
    return `process ${pid}`;
  } catch {
    // Just starting, or of another container: the lock is certain all the same.
    return 'another process';
  }
}
