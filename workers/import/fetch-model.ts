import { createWriteStream } from 'node:fs';
import { mkdir, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { readConfig } from '#src/config.ts';
import { UserError } from '#src/errors.ts';
import { hubFile, hubRevision } from '#src/models/hub.ts';
import { isModelSource } from '#src/models/source-files.ts';
import type { Reporter } from '../job.ts';
import { MODEL_BYTES } from './limits.ts';

/**
 * Fetch a model's files from the hub into a folder that outlives an attempt: files that came whole are not fetched
 * again. The one import that uses the network; it is here and not in the API since it can take an hour.
 */
export async function fetchModel(
  model: { id: string; commit: string },
  folder: string,
  report: Reporter,
): Promise<string> {
  const { hub } = readConfig(process.env);
  const { files } = await hubRevision(hub, model.id, model.commit);
  const wanted = files.filter(isModelSource);
  let total = 0;
  for (const [i, path] of wanted.entries()) {
    const target = join(folder, path);
    if (await stat(target).catch(() => null)) continue;
    await mkdir(dirname(target), { recursive: true });
    const { size, body } = await hubFile(hub, model, path, report.signal);
    const unfinished = `${target}.part`;
    let bytes = 0;
    const counted = new Transform({
      transform(chunk, _encoding, done) {
        bytes += chunk.length;
        total += chunk.length;
        report.progress(total, null, 'bytes');
        done(total > MODEL_BYTES ? tooLarge() : null, chunk);
      },
    });
    await pipeline(Readable.fromWeb(body as never), counted, createWriteStream(unfinished), {
      signal: report.signal,
    }).catch((error) => {
      if (error instanceof UserError || report.signal.aborted) throw error;
      throw new UserError(
        'UNAVAILABLE',
        `${path} of ${model.id} broke off after ${bytes} bytes; launch the import again`,
      );
    });
    if (size !== null && size !== bytes)
      throw new UserError('UNAVAILABLE', `${path} of ${model.id} broke off after ${bytes} of ${size} bytes`);
    await rename(unfinished, target);
    report.log('info', `fetched ${path}, ${bytes} bytes, ${i + 1} of ${wanted.length} files`);
  }
  return folder;
}

const tooLarge = () =>
  new UserError('LIMIT_EXCEEDED', `the model's files have more than ${MODEL_BYTES} bytes together`);
