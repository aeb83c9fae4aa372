import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mergekitYaml } from '#src/models/mergekit.ts';
import { modelMeta, writeModelFrom } from '../encoder/folder.ts';
import type { Run } from '../job.ts';
import { openMerge } from './open.ts';
import { makePieces } from './pieces.ts';

/**
 * Merge the input models part by part of every tensor: memory holds some megabytes of each model. Everything that can
 * be wrong with the models and the parameters is found before anything is written.
 */
export const run: Run<'MERGE'> = async (job, report) => {
  const { params, threads } = job;
  const merge = await openMerge(job);
  const { assignment, first } = merge;
  const pieces = makePieces(assignment, threads);
  try {
    for (const { message } of merge.found) report.log('warn', message);
    let done = 0;
    const folder = join(job.out, 'model');
    await writeModelFrom(folder, first.config, first.tokenizerPath, {
      shapes: first.weights.shapes,
      read: first.weights.read,
      async *pieces(name) {
        for await (const piece of pieces.of(name)) {
          report.signal.throwIfAborted();
          yield piece;
        }
        report.progress(++done, assignment.tensors.length, 'tensors');
      },
    });
    const yaml = mergekitYaml(params, { base: merge.base, models: assignment.models });
    await writeFile(join(folder, 'mergekit_config.yml'), yaml);
    report.output('model', 'model', { ...modelMeta(first.config), merge: params });
  } finally {
    await pieces.close();
    await merge.close();
  }
};
