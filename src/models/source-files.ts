import { lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { badInput } from '#src/errors.ts';

/** The files of a model folder that an import reads: JSON and safetensors, its own and one folder down. */
const read = /^(?:[\w-][\w.-]*\/)?[\w-][\w.-]*\.(?:json|safetensors)$/;
/** The same model in other forms, which are never read. */
const others = /^(?:onnx|openvino|coreml)\//;

/** @param path below the model's folder, written with `/` */
export const isModelSource = (path: string) => read.test(path) && !others.test(path);

/** More than any published model has, its shards included. */
const maxEntries = 10_000;

/** Paths of those files, sorted. Symbolic links are refused: one could lead out of the folder that imports may read. */
export async function modelSources(folder: string): Promise<string[]> {
  const found: string[] = [];
  let seen = 0;
  async function walk(below: string, depth: number) {
    for await (const entry of await opendir(join(folder, below))) {
      if (++seen > maxEntries)
        throw badInput(
          'source',
          `the folder has more than ${maxEntries} entries; a model folder has some dozens`,
        );
      const path = below + entry.name;
      if (entry.isSymbolicLink())
        throw badInput(
          path,
          `${path} is a symbolic link; put the file itself there (cp -rL copies what links lead to)`,
        );
      if (entry.isDirectory() && depth === 0 && !entry.name.startsWith('.')) await walk(`${path}/`, 1);
      else if (entry.isFile() && isModelSource(path)) found.push(path);
    }
  }
  if (!(await lstat(folder)).isDirectory())
    throw badInput('source', 'a model is imported from a folder or an archive of one');
  await walk('', 0);
  return found.sort();
}
