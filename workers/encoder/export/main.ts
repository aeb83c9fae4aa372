/**
 * `node workers/encoder/export/main.ts MODEL_FOLDER FILE PRECISION`: writes the model as ONNX. A process of its own, since
 * it holds all weights, and ends; FILE appears when it is whole. It tells its parent how it ended.
 */
import { rename, rm, writeFile } from 'node:fs/promises';
import { UserError } from '#src/errors.ts';
import type { ProgramEnd } from '#src/models/program.ts';
import { openModel } from '../folder.ts';
import { encodeOnnxModel, type Precision } from './onnx-encoder.ts';

export async function exportOnnx(modelDir: string, file: string, precision: Precision): Promise<void> {
  const { config, weights, close } = await openModel(modelDir);
  const unfinished = `${file}.${process.pid}`;
  try {
    const { encoder } = config;
    if (encoder.architecture === 'STATIC')
      throw new UserError(
        'BAD_USER_INPUT',
        'a static model has no ONNX form; its table is model.safetensors',
      );
    const read = async (name: string) => weights.read(name);
    await writeFile(unfinished, await encodeOnnxModel({ ...config, encoder }, read, precision));
    await rename(unfinished, file);
  } finally {
    await rm(unfinished, { force: true });
    await close();
  }
}

if (import.meta.main) {
  const [modelDir, file, precision] = process.argv.slice(2);
  let end: ProgramEnd = { error: null };
  try {
    await exportOnnx(modelDir, file, precision as Precision);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    end = { error: { code: error.code, message: error.message } };
  }
  process.send?.(end);
  process.disconnect?.();
}
