/**
 * `node workers/merge/check.ts`: is sent a merge, compares its models and answers with every difference, without
 * reading a weight. It tells its parent how it ended.
 */
import { once } from 'node:events';
import { UserError } from '#src/errors.ts';
import type { Difference } from '#src/models/difference.ts';
import type { ProgramEnd } from '#src/models/program.ts';
import type { Job } from '../job.ts';
import { openModels } from './open.ts';

export type Checked = Pick<Job<'MERGE'>, 'params' | 'inputs'>;

/** What a run of this merge would refuse or warn of before it writes. Parameters count once the models fit each other. */
export async function checkMerge({ params, inputs }: Checked): Promise<Difference[]> {
  const { found, assign, close } = await openModels(inputs);
  try {
    if (found.some(({ severity }) => severity === 'ERROR')) return found;
    assign(params);
    return found;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { message } = error;
    return [...found, { severity: 'ERROR', model: 'the merge', what: 'parameters', message }];
  } finally {
    await close();
  }
}

if (import.meta.main) {
  let end: ProgramEnd<Difference[]>;
  try {
    const [asked] = (await once(process, 'message')) as [Checked];
    end = { error: null, result: await checkMerge(asked) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    end = { error: { code: error.code, message: error.message } };
  }
  process.send?.(end);
  process.disconnect?.();
}
