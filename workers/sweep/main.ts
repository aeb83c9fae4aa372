import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MergeParams } from '#src/recipes/merging.ts';
import { bestOf, frontOf, standing } from '#src/sweeps/choose.ts';
import { type Measured, parts, type SweepFile, type SweepPoint } from '#src/sweeps/sweep-file.ts';
import { readModel } from '../encoder/folder.ts';
import { openTokenizer } from '../encoder/tokenizer.ts';
import type { Job, Reporter, Run } from '../job.ts';
import { mergeInMemory } from '../merge/in-memory.ts';
import { type Opened, openMergeable } from '../merge/open.ts';
import { greedySoup } from './greedy.ts';
import { type Measurer, openMeasurer } from './measure.ts';
import { openNotes } from './notes.ts';
import { rememberTexts } from './tokens.ts';

/**
 * Measures merges of the same models without storing one: each is made in memory, measured and dropped. Output
 * `sweep`: a SweepFile. What is measured is noted in `scratch`, so that a stopped sweep goes on from there.
 */
export const run: Run<'SWEEP'> = async (job, report) => {
  const { params, inputs, out } = job;
  const opened = await openMergeable(inputs);
  try {
    for (const { message } of opened.found) report.log('warn', message);
    // All that a merge's parameters can be refused for is found before the first is made.
    if (params.merges !== 'GREEDY') params.merges.forEach(opened.assign);
    const measurer = await openMeasurer(job, report.signal);
    const file = await sweep(job, opened, measurer, report);
    await measurer.close();
    await writeFile(join(out, 'sweep.json'), JSON.stringify(file));
    report.output('sweep', 'sweep.json', { mediaType: 'application/json' });
  } finally {
    await opened.close();
  }
};

async function sweep(
  job: Job<'SWEEP'>,
  opened: Opened,
  measurer: Measurer,
  report: Reporter,
): Promise<SweepFile> {
  const { params, inputs, scratch } = job;
  const models = inputs.filter(({ role }) => role === 'model').length;
  const ranking = await openRanking(job, opened, measurer, report.signal);
  const notes = await openNotes(scratch);
  if (notes.found) report.log('info', `${notes.found} measurements of an earlier attempt are kept`);
  const merges = params.merges === 'GREEDY' ? 2 * models - 1 : params.merges.length;
  // The best and the reference once more at the end, to compare them query by query.
  const total = 1 + merges + (params.bootstrap ? 2 : 0);
  let done = 0;
  const count = () => report.progress(++done, total, 'models');

  const reference = await notes.once({ reference: params.reference }, async () =>
    measurer.scores(await ranking.reference()),
  );
  count();
  const points: SweepPoint[] = [];
  async function measure(merge: MergeParams): Promise<SweepPoint> {
    report.signal.throwIfAborted();
    const n = points.length;
    const measured = await notes.once(merge, async () => measurer.scores(await ranking.point(merge, n)));
    count();
    report.metrics(n, series(measured));
    points.push({ merge, ...measured, ...standing(params, measured, reference), onFront: false });
    return points[n];
  }

  let best: number | null;
  if (params.merges === 'GREEDY') {
    const trials = await greedySoup(models, async (members) => {
      const { value, eligible } = await measure(soupOf(members, models));
      return eligible ? value : null;
    });
    trials.forEach(({ kept }, i) => {
      points[i].kept = kept;
    });
    const soup = trials.findLastIndex(({ kept }) => kept);
    best = points[soup].eligible ? soup : null;
  } else {
    for (const merge of params.merges) await measure(merge);
    best = bestOf(points);
  }
  frontOf(points).forEach((onFront, i) => {
    points[i].onFront = onFront;
  });
  if (best === null)
    report.log('warn', `no merge keeps the reference's Mono within ${params.maxMonoLoss}: none is chosen`);

  let tests: SweepFile['tests'] = null;
  if (best !== null && params.bootstrap) {
    const chosen = await ranking.point(points[best].merge, best);
    count();
    tests = await measurer.compare(chosen, await ranking.reference());
    count();
  }
  const { metric, queries } = measurer;
  return { metric, queries, reference: { model: params.reference, ...reference }, points, best, tests };
}

/** What the models of a sweep get for every query. */
async function openRanking(
  { params, inputs, threads }: Job<'SWEEP'>,
  opened: Opened,
  measurer: Measurer,
  signal: AbortSignal,
) {
  const tokenizer = rememberTexts(await openTokenizer(opened.first.tokenizerPath));
  const { path, role } = inputs.find(({ digest }) => digest === params.reference)!;
  // A model of the merge has its tokenizer, as has been checked.
  const own = role === 'reference' ? undefined : tokenizer;
  return {
    reference: async () => measurer.rank(await readModel(path), 'reference', own),
    async point(merge: MergeParams, n: number) {
      const model = await mergeInMemory(opened, merge, { threads, signal });
      return measurer.rank(model, `of point ${n}`, tokenizer);
    },
  };
}

/** The plain average of some of the models. */
const soupOf = (members: number[], models: number): MergeParams => ({
  method: 'LINEAR',
  weights: Array.from({ length: models }, (_, i) => (members.includes(i) ? 1 : 0)),
  normalize: true,
});

/** Points of the run's metrics: how far a sweep has come can be seen while it goes on. */
const series = (measured: Measured) =>
  Object.fromEntries(
    parts.flatMap((part) =>
      (['mono', 'clir'] as const).flatMap((name) => {
        const figure = measured[part][name];
        return figure ? [[`${part} ${name === 'mono' ? 'Mono' : 'CLIR'}`, figure.value]] : [];
      }),
    ),
  );
