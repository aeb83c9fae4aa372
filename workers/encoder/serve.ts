/**
 * The long-lived encoder process of the API: answers requests over IPC one after another, with models that stay
 * loaded between them, and ends with its parent. A process, so that a search's matrix products never hold up the
 * event loop that answers everyone.
 */
import { totalmem } from 'node:os';
import { configOrExit } from '#src/config.ts';
import type { EncodeReply, EncodeRequest } from '#src/embeddings/encoder.ts';
import { UserError } from '#src/errors.ts';
import { openEncoder } from './encode.ts';
import { keepLoaded } from './loaded.ts';

const { threads, device } = configOrExit();
const encoderOf = keepLoaded((dir) => openEncoder(dir, { threads, device }), totalmem() / 4);

async function answer({ id, modelDir, digest, texts, as }: EncodeRequest): Promise<EncodeReply> {
  try {
    const encoder = await encoderOf(digest, modelDir);
    const vectors = await encoder.encode(texts, as);
    if (!vectors.every(Number.isFinite)) {
      throw new UserError('BAD_USER_INPUT', 'the model gives vectors that are not finite numbers');
    }
    return { id, dimension: encoder.dimension, vectors };
  } catch (error) {
    if (error instanceof UserError) return { id, error: { code: error.code, message: error.message } };
    // For the log, which the parent reads; what is inside may name paths.
    console.error(error);
    return { id, error: { code: 'INTERNAL', message: 'the encoder failed; its log says why' } };
  }
}

let last: Promise<unknown> = Promise.resolve();
process.on('message', (request: EncodeRequest) => {
  last = last.then(async () => process.send?.(await answer(request)));
});
process.on('disconnect', () => process.exit(0));
process.on('SIGINT', () => {}); // Ctrl-C reaches the whole group; the parent decides
