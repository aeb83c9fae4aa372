import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { writeBenchmark, writeCorpus } from '../../sample/corpus.ts';
import { startLaboratory, type TestLaboratory } from '../laboratory.ts';

/** What can be asked of a training and a merge reaches the recipe, the run and the lineage. */
describe('training and merging over the API', () => {
  let lab: TestLaboratory;
  async function made(mutation: string, type: string, input: object) {
    const launched = await lab.get(`mutation ($input: ${type}!) { ${mutation}(input: $input) { id } }`, {
      input,
    });
    const { id } = launched[mutation];
    const ended = await lab.finish(id);
    assert.equal(ended.status, 'SUCCEEDED', JSON.stringify(ended.error));
    return id as string;
  }
  const component = (queryLang: string, positiveLang: string) => ({
    ...{ corpus: 'everyday', queryLang, positiveLang, share: 1 },
  });
  const static32 = { static: { tokenizer: 'words', dimension: 32 } };

  before(async () => {
    lab = await startLaboratory();
    const folder = join(lab.home, 'import');
    await mkdir(folder, { recursive: true });
    await writeCorpus(join(folder, 'corpus.jsonl'));
    await writeBenchmark(join(folder, 'benchmark'));
    await made('importCorpus', 'ImportCorpusInput', { name: 'everyday', path: 'corpus.jsonl' });
    await made('importBenchmark', 'ImportBenchmarkInput', { name: 'questions', path: 'benchmark' });
    await made('trainTokenizer', 'TrainTokenizerInput', {
      ...{ name: 'words', corpora: ['everyday'], vocabSize: 2048 },
    });
    await made('launchTraining', 'LaunchTrainingInput', {
      ...{ name: 'teacher', init: static32, steps: 40, batchSize: 64 },
      composition: { components: [component('ko', 'ko'), component('en', 'en')] },
    });
  });
  after(() => lab.stop());

  test('a teacher, prefixes, both directions and a benchmark beside', async () => {
    const id = await made('launchTraining', 'LaunchTrainingInput', {
      ...{ name: 'student', init: static32, steps: 40, batchSize: 64, accumulate: 2, symmetric: true },
      composition: { components: [component('ko', 'en'), component('en', 'ko')] },
      matryoshka: [{ dimension: 8, weight: 0.5 }, { dimension: 32 }],
      distillation: { teacher: 'teacher', contrastive: 1, weight: 10 },
      evaluation: { benchmark: 'questions', every: 20, select: 'CLIR' },
    });
    const { run } = await lab.get(
      `query ($id: ID!) { run(id: $id) { recipe inputs { role }
         metrics(names: ["dev CLIR", "dev Mono", "dev nDCG@10 ko-en"]) { name points { step value } } } }`,
      { id },
    );
    assert.deepEqual(run.recipe.params.matryoshka, [
      { dimension: 8, weight: 0.5 },
      { dimension: 32, weight: 1 },
    ]);
    assert.equal(run.recipe.params.evaluation.keep, 'BEST');
    assert.deepEqual(run.inputs.map((edge: { role: string }) => edge.role).sort(), [
      ...['benchmark', 'corpus', 'teacher', 'tokenizer'],
    ]);
    for (const { name, points } of run.metrics) {
      assert.deepEqual(
        points.map((p: { step: number }) => p.step),
        [20, 40],
        name,
      );
    }
    // The dev series are what an evaluation of the model that was kept would say.
    const best = Math.max(
      ...run.metrics
        .find((m: { name: string }) => m.name === 'dev CLIR')
        .points.map((p: { value: number }) => p.value),
    );
    const evaluation = await made('launchEvaluation', 'LaunchEvaluationInput', {
      ...{ models: ['student'], benchmarks: ['questions'], metrics: ['nDCG@10'] },
    });
    const { run: scored } = await lab.get(
      `query ($id: ID!) { run(id: $id) { ... on EvaluationRun { scores { queryLang docLang value } } } }`,
      { id: evaluation },
    );
    const cross = scored.scores.filter(
      (s: { queryLang: string; docLang: string }) => s.queryLang !== s.docLang,
    );
    assert.equal(cross.length, 2);
    const clir = cross.reduce((sum: number, s: { value: number }) => sum + s.value, 0) / 2;
    assert.ok(Math.abs(clir - best) < 1e-12, `${clir}, ${best}`);
  });

  test('an encoder by GradCache, its embeddings frozen', async () => {
    const bert = { layers: 1, hidden: 16, heads: 2, ffn: 32, maxLength: 32, tokenizer: 'words' };
    const composition = { components: [component('ko', 'en')] };
    await made('launchTraining', 'LaunchTrainingInput', {
      ...{ name: 'bert', init: { bert }, composition, steps: 4, batchSize: 32, miniBatch: 8 },
      freeze: { embeddings: true },
    });
    const { data, errors } = await lab.ask(
      'mutation ($input: LaunchTrainingInput!) { launchTraining(input: $input) { id } }',
      {
        input: {
          ...{ name: 'never', init: static32, composition, steps: 4, batchSize: 8 },
          evaluation: { benchmark: 'nobody', every: 2 },
        },
      },
    );
    assert.equal(data, null);
    assert.equal(errors![0].extensions.issues![0].path, 'input.evaluation.benchmark');
  });

  test('a merge as a mergekit configuration, and what it cannot honour', async () => {
    const yaml = `
merge_method: ties
base_model: teacher
models:
  - model: student
    parameters: {weight: 1, density: 0.5}
`;
    await made('launchMerge', 'LaunchMergeInput', { name: 'by-yaml', yaml });
    await made('launchMerge', 'LaunchMergeInput', {
      ...{ name: 'by-input', method: 'TIES', base: 'teacher' },
      models: [{ model: 'student', weight: 1, density: 0.5 }],
    });
    const { yaml: one, input: other } = await lab.get(
      '{ yaml: model(ref: "by-yaml") { digest parents { role weight } } input: model(ref: "by-input") { digest } }',
    );
    assert.equal(one.digest, other.digest);
    assert.deepEqual(one.parents, [
      { role: 'base', weight: null },
      { role: 'model', weight: 1 },
    ]);
    const { errors } = await lab.ask(
      'mutation ($input: LaunchMergeInput!) { launchMerge(input: $input) { id } }',
      { input: { name: 'never', yaml: `${yaml}tokenizer: {source: union}\n` } },
    );
    assert.equal(errors![0].extensions.code, 'BAD_USER_INPUT');
    assert.match(errors![0].message, /tokenizer/);
    assert.equal(errors![0].extensions.issues![0].path, 'input.yaml');
  });
});
