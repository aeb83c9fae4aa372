import type { TrainingParams } from '#src/recipes/training.ts';
import { openEncoder } from '../encoder/encode.ts';
import type { Job, Reporter } from '../job.ts';
import type { Teacher } from './learner.ts';
import { inputPath } from './start.ts';

/** Texts encoded between two looks at the signal. */
const blockTexts = 1024;

/** The teacher's vector of every query text, made once, before the first step; null without distillation. */
export async function askTeacher(
  job: Job<'TRAINING'>,
  queries: readonly string[],
  report: Reporter,
): Promise<Teacher | null> {
  const { distillation }: TrainingParams = job.params;
  if (!distillation) return null;
  const encoder = await openEncoder(inputPath(job, 'teacher', distillation.teacher), job);
  const { dimension } = encoder;
  const vectors = new Float32Array(queries.length * dimension);
  for (let from = 0; from < queries.length; from += blockTexts) {
    report.signal.throwIfAborted();
    const block = queries.slice(from, from + blockTexts);
    vectors.set(await encoder.encode(block, 'query', report.signal), from * dimension);
    report.progress(from + block.length, queries.length, 'texts of the teacher');
  }
  await encoder.close();
  return { vectors, dimension };
}
