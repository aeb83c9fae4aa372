import { lstat, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { badInput } from '../errors.ts';
import { canonicalJson, sha256 } from '../recipes/canonical.ts';
import { hashFile } from './store.ts';

/** A file of a folder: its path below the folder, written with `/`, and the SHA-256 of its bytes. */
export interface TreeFile {
  path: string;
  sha256: string;
}

/**
 * The digest of a folder: SHA-256 of the canonical JSON of its files' `{path, sha256}`, sorted by path (by UTF-16
 * code units, as canonical JSON sorts keys).
 */
export const digestOfTree = (files: readonly TreeFile[]) =>
  sha256(canonicalJson(files.toSorted((a, b) => (a.path < b.path ? -1 : 1))));

/** The same from the files themselves. `files` are the paths that count; all else in the folder is ignored. */
export async function treeDigest(folder: string, { files }: { files: readonly string[] }): Promise<string> {
  const hashed: TreeFile[] = [];
  for (const path of files) {
    const { digest } = await hashFile(await fileInside(folder, path));
    hashed.push({ path, sha256: digest });
  }
  return digestOfTree(hashed);
}

/**
 * A file's path on this machine. Links are refused wherever they stand below the folder: one planted in an allowed
 * folder would read what lies outside it.
 */
export async function fileInside(folder: string, path: string): Promise<string> {
  const root = await realpath(folder);
  const file = join(root, path);
  if (!file.startsWith(root + sep)) throw badInput(path, `${path} lies outside the folder`);
  if ((await realpath(file).catch(() => null)) !== file)
    throw badInput(path, `${path} is missing or behind a symbolic link; put the file itself there`);
  if (!(await lstat(file)).isFile()) throw badInput(path, `${path} is not a regular file`);
  return file;
}
