import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { treeDigest } from '#src/artifacts/tree.ts';
import { badInput } from '#src/errors.ts';
import { modelSources } from '#src/models/source-files.ts';
import type { Params } from '#src/recipes/kinds.ts';
import { modelMeta, openModel, writeModelFrom } from '../encoder/folder.ts';
import type { Job, Reporter } from '../job.ts';
import { unpackModel } from './archive.ts';
import { fetchModel } from './fetch-model.ts';
import { fileName, refuseFile } from './place.ts';

type ModelParams = Extract<Params<'IMPORT'>, { target: 'MODEL' }>;
type ModelImport = Pick<Job, 'inputs' | 'out' | 'scratch'> & { params: ModelParams };

/**
 * A foreign model folder to our own: weights as fp32 under Hugging Face's names, the layout that sentence-transformers
 * opens. All of it is checked before anything is written; memory holds one tensor.
 */
export async function importModel(job: ModelImport, report: Reporter) {
  const { hub, pooling, normalize, prompts } = job.params;
  const folder = await sourceFolder(job, report);
  const { config, tokenizerPath, weights, close } = await openModel(folder, { pooling, normalize, prompts });
  try {
    let done = 0;
    const read = async (name: string) => {
      report.signal.throwIfAborted();
      const values = await weights.read(name);
      const at = values.findIndex((x) => !Number.isFinite(x));
      if (at >= 0)
        throw badInput(
          'source',
          `tensor "${name}" holds ${values[at]} at position ${at}; such a model answers nothing but NaN`,
        );
      report.progress(++done, weights.shapes.size, 'tensors');
      return values;
    };
    await writeModelFrom(join(job.out, 'model'), config, tokenizerPath, { shapes: weights.shapes, read });
  } finally {
    await close();
  }
  // Asked last, so that what was read is what was asked for.
  const source = job.inputs.find(({ role }) => role === 'source');
  if (source && folder === source.path) {
    if ((await treeDigest(folder, { files: await modelSources(folder) })) !== source.digest)
      throw refuseFile(fileName(folder), 'has changed since the import was launched; launch it again');
  }
  report.output('model', 'model', { ...modelMeta(config), ...(hub && { hub }) });
}

/** The folder on this machine: where it is, unpacked, or fetched. */
async function sourceFolder(
  { inputs, params, out, scratch }: ModelImport,
  report: Reporter,
): Promise<string> {
  if (params.hub) return fetchModel(params.hub, join(scratch, 'hub'), report);
  const source = inputs.find(({ role }) => role === 'source');
  if (!source) throw new Error('an import has an input `source`');
  if ((await stat(source.path)).isDirectory()) {
    // A link that was put there since the launch would be followed by what reads.
    await modelSources(source.path);
    return source.path;
  }
  return unpackModel(source.path, join(out, 'source'), report.signal);
}
