/**
 * What a study of a thousand runs costs to plan, to launch and to read, over GraphQL on the embedded database.
 *
 *   npm run bench -- studies [SEEDS]
 *
 * No peer plans or keeps such studies, so these lines are records. Scores are drawn at random (500 queries in four
 * directions for every evaluation): what reading costs does not depend on how they came about.
 */
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { writeBenchmark, writeCorpus } from '../sample/corpus.ts';
import { startLaboratory, type TestLaboratory } from '../test/laboratory.ts';
import { measureAtRandom } from '../test/studies/measured.ts';
import { type Bench, compare } from './comparison.ts';

const study = (seeds: number) => `
name: large
languages: [ko, en]
sources: [{corpus: everyday}]
bases: [{name: base, model: base}]
compositions: [PAPER]
factors: {parallelNegatives: [MASK, KEEP]}
training: {steps: 100}
seeds: [${Array.from({ length: seeds }, (_, i) => i)}]
merges: [{of: PAIRS}]
evaluation: {benchmarks: [questions]}
`;

/** A base model, a corpus and a benchmark: what a study refers to. */
async function prepare(lab: TestLaboratory) {
  const folder = join(lab.home, 'import');
  await mkdir(folder, { recursive: true });
  await writeCorpus(join(folder, 'corpus.jsonl'));
  await writeBenchmark(join(folder, 'benchmark'));
  for (const mutation of [
    'importCorpus(input: {name: "everyday", path: "corpus.jsonl"})',
    'importBenchmark(input: {name: "questions", path: "benchmark"})',
    'trainTokenizer(input: {name: "words", corpora: ["everyday"], vocabSize: 2048})',
    `launchTraining(input: {name: "base", init: {static: {tokenizer: "words", dimension: 32}}, steps: 2, batchSize: 64,
       composition: {components: [{corpus: "everyday", queryLang: "ko", positiveLang: "ko", share: 1}]}})`,
  ]) {
    const { run } = await lab.get(`mutation { run: ${mutation} { id } }`);
    const { status, error } = await lab.finish(run.id);
    if (status !== 'SUCCEEDED') throw new Error(JSON.stringify(error));
  }
  const exit = once(lab.processes.worker!, 'exit');
  lab.processes.worker!.kill('SIGTERM');
  await exit;
}

export const bench: Bench = async function* ([seeds = '9']) {
  const lab = await startLaboratory();
  const client = new pg.Client({ connectionString: lab.database.url });
  try {
    await prepare(lab);
    await client.connect();
    const input = { yaml: study(Number(seeds)) };
    const timed = async (what: string, query: string, variables = {}) => {
      const started = performance.now();
      const data = await lab.get(query, variables);
      const line = compare(`${what}`, 's', (performance.now() - started) / 1000, null, 'none', true);
      return { data, line };
    };
    const { data, line } = await timed(
      'plan',
      'query ($input: StudyInput!) { planStudy(input: $input) { runs { planned } steps } }',
      { input },
    );
    const runs = data.planStudy.steps.length;
    const named = (one: typeof line) => ({ ...one, work: `${one.work}, ${runs} runs` });
    yield named(line);
    yield named(
      (
        await timed('launch', 'mutation ($input: StudyInput!) { launchStudy(input: $input) { name } }', {
          input,
        })
      ).line,
    );
    await lab.get('mutation { cancelStudy(name: "large") { status } }');
    await measureAtRandom(client, 'large', 500);
    const tables = `{ study(name: "large") { tables { rows { system mono { value ciLow ciHigh } clir { value ciLow ciHigh }
      deltaMono { value pHolm } deltaClir { value pHolm } } } } }`;
    yield named((await timed('table, read first', tables)).line);
    yield named((await timed('table, read again', tables)).line);
    yield named(
      (
        await timed(
          'steps and progress',
          '{ study(name: "large") { progress { total } steps(first: 100) { nodes { key status run { status } } } } }',
        )
      ).line,
    );
    yield named(
      (
        await timed(
          'effects',
          '{ study(name: "large") { effects(benchmark: "questions") { factor levels { level } } } }',
        )
      ).line,
    );
    yield named((await timed('HTML report', '{ study(name: "large") { report(format: HTML) } }')).line);
  } finally {
    await client.end();
    await lab.stop();
  }
};
