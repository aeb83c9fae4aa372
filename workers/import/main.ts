import type { Run } from '../job.ts';
import { importBenchmark } from './benchmark.ts';
import { importCorpus } from './corpus.ts';
import { importModel } from './model.ts';

/**
 * Foreign files to the platform's normalised form: output `corpus` (`src/corpora/unit.ts`), `benchmark`
 * (`src/benchmarks/entry.ts`) or `model`, with what was counted. Nothing is handed over unless all of it is good.
 */
export const run: Run<'IMPORT'> = async ({ params, ...job }, report) => {
  if (params.target === 'MODEL') return importModel({ ...job, params }, report);
  const source = job.inputs.find(({ role }) => role === 'source');
  if (!source) throw new Error('an import has an input `source`');
  if (params.target === 'CORPUS')
    await importCorpus({ source, out: job.out, mapping: params.mapping }, report);
  else await importBenchmark({ source, out: job.out, ...params }, report);
};
