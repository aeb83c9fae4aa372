/**
 * The ONNX forms of a model. They follow from its weights, so that they are no part of its digest and are made when
 * somebody first asks for them: most models of a study are never exported, and these files are larger than the model.
 */
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '#src/api/context.ts';
import { modelFolder } from './folder.ts';
import { runProgram } from './program.ts';

/** path -> precision; the names are those that transformers.js looks for as dtype fp32 and q8. */
const precisions = { 'onnx/model.onnx': 'FP32', 'onnx/model_quantized.onnx': 'INT8' } as const;
export type OnnxPath = keyof typeof precisions;
export const onnxPaths = Object.keys(precisions) as OnnxPath[];
export const isOnnxPath = (path: string): path is OnnxPath => Object.hasOwn(precisions, path);

/** Whether a model of this architecture has such forms. */
export const hasOnnx = (architecture: string) => architecture !== 'STATIC';

/** Exports under way, by file, so that two who ask wait for one; and the end of the last, since each holds a whole model. */
const underWay = new Map<string, Promise<void>>();
let last: Promise<unknown> = Promise.resolve();

/** The file on this machine, made now if it is not there. */
export async function onnxFile({ lab, config }: Context, digest: string, path: OnnxPath): Promise<string> {
  const folder = join(config.home, 'cache', 'onnx', digest);
  const file = join(folder, path.replace('onnx/', ''));
  if (await stat(file).catch(() => null)) return file;
  let making = underWay.get(file);
  if (!making) {
    making = last.then(async () => {
      const model = await modelFolder(lab.db, lab.store, join(config.home, 'cache', 'models'), digest);
      await mkdir(folder, { recursive: true });
      await runProgram('encoder/export/main.ts', [model, file, precisions[path]]);
    });
    underWay.set(file, making);
    last = making.catch(() => {}).finally(() => underWay.delete(file));
  }
  await making;
  return file;
}
