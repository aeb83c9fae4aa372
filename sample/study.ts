/**
 * The sample study: what a newcomer sees in the first five minutes. It asks the running API for everything, by the
 * same mutations anybody would send, so it is also the longest example. Launching a known recipe returns its run,
 * therefore a study that was cut off simply starts over and skips what is done.
 */
import { createReadStream } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type Api, graphql } from '#src/graphql-client.ts';
import { writeBenchmark } from './benchmark.ts';
import { writeCorpus } from './corpus.ts';
import { scoreTable } from './table.ts';

interface Surroundings {
  url: string;
  home: string;
  token: string | undefined;
  say(line: string): void;
  signal: AbortSignal;
}

const marker = (home: string) => join(home, 'sample-study.json');

/** 'none': there is other work in this database, or the study is done. */
export async function sampleState(home: string, databaseUrl: string): Promise<'none' | 'new' | 'unfinished'> {
  const known = await readFile(marker(home), 'utf8').catch(() => null);
  if (known) return JSON.parse(known).finished ? 'none' : 'unfinished';
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query('SELECT EXISTS (SELECT 1 FROM run) AS used');
    return rows[0].used ? 'none' : 'new';
  } finally {
    await client.end();
  }
}

/** Sizes at which training visibly works within a minute on two cores. */
const settings = {
  batchSize: 256,
  temperature: 0.05,
  learningRate: 3e-3,
  warmupSteps: 20,
  checkpointEvery: 200,
  seed: 7,
};
const dimension = 256;
/** More pieces than a corpus of this size can teach glue words together: 8,192 cost 3 points Mono and 5 CLIR. */
const vocabSize = 4096;

type Direction = [queryLang: string, positiveLang: string];
const mono: Direction[] = [
  ['ko', 'ko'],
  ['en', 'en'],
];
const cross: Direction[] = [
  ['ko', 'en'],
  ['en', 'ko'],
];

const composition = (shares: [Direction[], number][]) => ({
  components: shares.flatMap(([directions, share]) =>
    directions.map(([queryLang, positiveLang]) => ({
      corpus: 'sample/everyday',
      pairing: 'PASSAGE',
      queryLang,
      positiveLang,
      share: share / directions.length,
    })),
  ),
});

export async function runSampleStudy({ url, home, token, say, signal }: Surroundings) {
  const started = Date.now();
  await writeFile(marker(home), JSON.stringify({ finished: false }));
  const api = graphql(url, token, signal);
  const step = stepper(api, say, signal);
  say('');
  say('Sample study: how does the language composition of training data change retrieval? (about a minute)');

  const file = join(home, 'import', 'sample-corpus.jsonl');
  await writeCorpus(file);
  await writeBenchmark(join(home, 'import', 'sample-benchmark'));
  const artifact = await upload(url, token, file);

  await step('import corpus', 'importCorpus', 'ImportCorpusInput', { name: 'sample/everyday', artifact });
  await step('import benchmark', 'importBenchmark', 'ImportBenchmarkInput', {
    name: 'sample/questions',
    path: 'sample-benchmark',
  });
  await step('train tokenizer', 'trainTokenizer', 'TrainTokenizerInput', {
    name: 'sample/tokenizer',
    corpora: ['sample/everyday'],
    vocabSize,
  });
  const train = (name: string, what: string, init: object, steps: number, shares: [Direction[], number][]) =>
    step(what, 'launchTraining', 'LaunchTrainingInput', {
      name: `sample/${name}`,
      init,
      composition: composition(shares),
      steps,
      ...settings,
    });
  const fresh = { static: { dimension, tokenizer: 'sample/tokenizer' } };
  const base = { model: 'sample/base' };
  await train('base', 'train base (mono, a little cross)', fresh, 300, [
    [mono, 0.96],
    [cross, 0.04],
  ]);
  await train('mono', 'train mono  (ko-ko, en-en)', base, 150, [[mono, 1]]);
  await train('cross', 'train cross (ko-en, en-ko)', base, 150, [[cross, 1]]);
  await train('all', 'train all   (four directions)', base, 150, [
    [mono, 0.5],
    [cross, 0.5],
  ]);
  await step('merge mono + cross', 'launchMerge', 'LaunchMergeInput', {
    name: 'sample/merged',
    models: [{ model: 'sample/mono' }, { model: 'sample/cross' }],
  });
  const systems = ['bm25', 'sample/base', 'sample/mono', 'sample/cross', 'sample/all', 'sample/merged'];
  const evaluation = await step('evaluate', 'launchEvaluation', 'LaunchEvaluationInput', {
    name: 'sample/evaluation',
    models: systems,
    benchmarks: ['sample/questions'],
  });
  await step('embed corpus', 'launchEmbedding', 'LaunchEmbeddingInput', {
    name: 'sample/vectors',
    model: 'sample/merged',
    corpus: 'sample/everyday',
    roles: ['PASSAGE'],
  });

  say('');
  for (const line of await scoreTable(api, evaluation)) say(line);
  say('');
  await writeFile(marker(home), JSON.stringify({ finished: true }));
  say(
    `Done in ${Math.round((Date.now() - started) / 1000)} s. Open ${url} for ready queries: lineage, scores, comparisons, search.`,
  );
}

/** Launches a run, follows it to its end, and prints one line for it. */
function stepper(api: Api, say: (line: string) => void, signal: AbortSignal) {
  return async (what: string, mutation: string, inputType: string, input: object): Promise<string> => {
    const started = Date.now();
    const launched = await api<{ run: { id: string } }>(
      `mutation ($input: ${inputType}!) { run: ${mutation}(input: $input) { id } }`,
      { input },
    );
    for (;;) {
      const { run } = await api<{ run: RunState }>(
        'query ($id: ID!) { run(id: $id) { status error { message } summaries { name last } } }',
        { id: launched.run.id },
      );
      if (run.status === 'SUCCEEDED') {
        const metric = (name: string) => run.summaries.find((s) => s.name === name)?.last;
        const loss = metric('loss');
        const details =
          loss == null
            ? ''
            : `  loss ${loss.toFixed(3)}, ${Math.round(metric('pairsPerSecond') ?? 0)} pairs/s`;
        say(`  ${what.padEnd(36)} ${((Date.now() - started) / 1000).toFixed(1).padStart(6)} s${details}`);
        return launched.run.id;
      }
      if (run.status === 'FAILED' || run.status === 'CANCELLED')
        throw new Error(
          `sample study: "${what}" ${run.status.toLowerCase()}${run.error ? `: ${run.error.message}` : ''}`,
        );
      await sleep(500, null, { signal });
    }
  };
}

interface RunState {
  status: string;
  error: { message: string } | null;
  summaries: { name: string; last: number | null }[];
}

async function upload(url: string, token: string | undefined, file: string): Promise<string> {
  const response = await fetch(`${url}/artifacts`, {
    method: 'PUT',
    headers: {
      'content-type': 'application/octet-stream',
      'content-length': String((await stat(file)).size),
      ...(token && { authorization: `Bearer ${token}` }),
    },
    body: Readable.toWeb(createReadStream(file)),
    duplex: 'half',
  });
  if (!response.ok) throw new Error(`upload failed: ${await response.text()}`);
  return ((await response.json()) as { digest: string }).digest;
}
