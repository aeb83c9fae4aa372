import { realpath, stat } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { badInput, UserError } from '#src/errors.ts';

/** Does `path` lie in `folder`? By segments: `store_evil` is not in `store`. Both must be real paths. */
function contains(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === '' || (!way.startsWith(`..${sep}`) && way !== '..' && !isAbsolute(way));
}

/**
 * A path that a client named, as a real path inside one of the allowed folders. Symbolic links are followed first and
 * judged by where they lead. What exists outside is not told apart from what does not exist.
 */
export async function allowedPath(
  folders: string[],
  path: string,
  kind: 'file' | 'folder',
  at: string,
): Promise<string> {
  const refuse = () =>
    badInput(
      at,
      `"${path.slice(0, 300)}" is not a ${kind} in a folder that imports may read from (ISOGLOSS_IMPORT: ${folders.join(', ')})`,
    );
  if (path === '') throw refuse();
  for (const folder of folders) {
    const root = await realpath(folder).catch(() => null);
    if (!root) continue;
    const real = await realpath(resolve(root, path)).catch(() => null);
    if (!real || !contains(root, real)) continue;
    const found = await stat(real);
    if (kind === 'file' ? found.isFile() : found.isDirectory()) return real;
  }
  throw refuse();
}

/** Exactly one of an uploaded artifact and a path. */
export function oneSource<T extends { artifact?: string | null; path?: string | null }>(input: T) {
  if ((input.artifact == null) === (input.path == null))
    throw new UserError('BAD_USER_INPUT', 'give either artifact (an uploaded file) or path', [
      { path: 'input', message: 'give either artifact (an uploaded file) or path' },
    ]);
}
