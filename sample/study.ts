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

/** More pieces than a corpus of this size can teach glue words together: 8,192 cost 3 points Mono and 5 CLIR. */
const vocabSize = 4096;

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
  await study(api, say, signal);
  await step('embed corpus', 'launchEmbedding', 'LaunchEmbeddingInput', {
    name: 'sample/vectors',
    model: 'sample/merged',
    corpus: 'sample/everyday',
    roles: ['PASSAGE'],
  });

  say('');
  for (const line of await scoreTable(api, 'sample')) say(line);
  say('');
  await writeFile(marker(home), JSON.stringify({ finished: true }));
  say(
    `Done in ${Math.round((Date.now() - started) / 1000)} s. Open ${url} for ready queries, ${url}/studies/sample.html for the report.`,
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
        'query ($id: ID!) { run(id: $id) { status error { message } } }',
        { id: launched.run.id },
      );
      if (run.status === 'SUCCEEDED') {
        say(line(what, Date.now() - started));
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
}

const line = (what: string, ms: number, details = '') =>
  `  ${what.padEnd(36)} ${(ms / 1000).toFixed(1).padStart(6)} s${details}`;

/** Launches the study of study.yaml and follows it to its end, with a line for every model and one for all measuring. */
async function study(api: Api, say: (line: string) => void, signal: AbortSignal) {
  const yaml = await readFile(new URL('study.yaml', import.meta.url), 'utf8');
  await api('mutation ($yaml: String!) { launchStudy(input: {yaml: $yaml}) { id } }', { yaml });
  const told = new Set<string>();
  for (;;) {
    const { study: now } = await api<{ study: StudyState }>(
      `{ study(name: "sample") { status steps(first: 100) { nodes { key kind status error { message }
         run { startedAt finishedAt error { message } summaries { name last } } } } } }`,
    );
    const steps = now.steps.nodes;
    for (const { key, kind, status, run } of steps)
      if (kind !== 'EVALUATION' && status === 'SUCCEEDED' && !told.has(key)) {
        told.add(key);
        const metric = (name: string) => run!.summaries.find((s) => s.name === name)?.last;
        const loss = metric('loss');
        const details =
          loss == null
            ? ''
            : `  loss ${loss.toFixed(3)}, ${Math.round(metric('pairsPerSecond') ?? 0)} pairs/s`;
        say(line(`${kind === 'MERGE' ? '' : 'train '}${key.replace('/s7', '')}`, took([run!]), details));
      }
    if (now.status === 'SUCCEEDED') {
      const evaluations = steps.filter((step) => step.kind === 'EVALUATION');
      say(line(`evaluate ${evaluations.length} systems`, took(evaluations.map((step) => step.run!))));
      return;
    }
    const lost = steps.find((step) => step.status === 'FAILED' || step.status === 'CANCELLED');
    if (now.status !== 'RUNNING') {
      const why = lost?.run?.error ?? lost?.error;
      throw new Error(
        `sample study: "${lost?.key}" ${lost?.status.toLowerCase()}${why ? `: ${why.message}` : ''}`,
      );
    }
    await sleep(500, null, { signal });
  }
}

interface StudyState {
  status: string;
  steps: {
    nodes: {
      key: string;
      kind: string;
      status: string;
      error: { message: string } | null;
      run:
        | (Omit<RunState, 'status'> & {
            startedAt: string;
            finishedAt: string;
            summaries: { name: string; last: number | null }[];
          })
        | null;
    }[];
  };
}

const took = (runs: { startedAt: string; finishedAt: string }[]) =>
  runs.reduce((ms, { startedAt, finishedAt }) => ms + Date.parse(finishedAt) - Date.parse(startedAt), 0);

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
