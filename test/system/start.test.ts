import assert from 'node:assert/strict';
import { type ChildProcess, exec, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Started {
  process: ChildProcess;
  output(): string;
  /** Resolves with the first match in the output. */
  says(pattern: RegExp, ms?: number): Promise<RegExpExecArray>;
  exit: Promise<{ code: number | null; signal: string | null }>;
}

/** Killed after the tests, so that a failed one leaves nothing behind to wait for. */
const running = new Set<ChildProcess>();

function start(env: Record<string, string>): Started {
  const child = spawn(process.execPath, ['src/main.ts', 'start'], {
    cwd: root,
    env: { ...process.env, PORT: '0', ...env },
  });
  running.add(child);
  let text = '';
  for (const stream of [child.stdout!, child.stderr!])
    stream.setEncoding('utf8').on('data', (chunk) => (text += chunk));
  return {
    process: child,
    output: () => text,
    exit: once(child, 'exit').then(([code, signal]) => ({ code, signal })),
    async says(pattern, ms = 120_000) {
      for (const end = Date.now() + ms; Date.now() < end; await sleep(50)) {
        const match = pattern.exec(text);
        if (match) return match;
        if (child.exitCode !== null) break;
      }
      throw new Error(`never said ${pattern}:\n${text}`);
    },
  };
}

/** Processes whose environment names this home: what a start leaves behind. */
async function processesOf(home: string): Promise<number[]> {
  const found: number[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '');
    if (Number(pid) !== process.pid && environment.includes(`ISOGLOSS_HOME=${home}`)) found.push(Number(pid));
  }
  return found;
}

async function ask(url: string, query: string, variables: object = {}) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as { data: Record<string, unknown> | null; errors?: { message: string }[] };
}

const ready = /ready at (http:\/\/[\d.]+:\d+)/;

describe('npm start', () => {
  let home: string;
  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'isogloss-start-'));
  });
  after(async () => {
    for (const child of running) child.kill('SIGKILL');
    for (let i = 0; i < 100 && (await processesOf(home)).length; i++) await sleep(100);
    await rm(home, { recursive: true, force: true });
  });

  test('a wrong setting is one line and exit code 1', async () => {
    for (const [env, line] of [
      [{ PORT: 'x' }, 'isogloss: PORT "x" is not a whole number\n'],
      [
        { HOST: '0.0.0.0' },
        /^isogloss: HOST "0\.0\.0\.0" can be reached from other machines, so ISOGLOSS_TOKEN must be set.*\n$/,
      ],
      [{ DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none' }, /^isogloss: .*\n$/],
    ] as const) {
      const started = start({ ISOGLOSS_HOME: home, ...env });
      assert.equal((await started.exit).code, 1);
      if (typeof line === 'string') assert.equal(started.output(), line);
      else assert.match(started.output(), line);
    }
  });

  test('a port in use is said in one line, and nothing stays running', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const started = start({ ISOGLOSS_HOME: home, PORT: String(port), ISOGLOSS_SAMPLE: 'off' });
    assert.equal((await started.exit).code, 1);
    assert.match(
      started.output(),
      new RegExp(`^isogloss: 127\\.0\\.0\\.1:${port} is in use; choose another with PORT and HOST\\n$`),
    );
    other.close();
    await sleep(200);
    assert.deepEqual(await processesOf(home), []);
  });

  test('interrupted in the middle of the sample study it stops within 5 s; the next start carries on to the table', async () => {
    const first = start({ ISOGLOSS_HOME: home });
    await first.says(/train tokenizer/);
    await sleep(1500);
    const asked = Date.now();
    first.process.kill('SIGINT');
    assert.equal((await first.exit).code, 0);
    assert.ok(Date.now() - asked < 5000, `${Date.now() - asked} ms`);
    assert.deepEqual(await processesOf(home), []);

    const second = start({ ISOGLOSS_HOME: home });
    const [, url] = await second.says(ready);
    await second.says(/Done in \d+ s/, 240_000);
    const rows = new Map(
      [...second.output().matchAll(/^(bm25|sample\/\w+) +([\d.]+) +([\d.]+) +([\d.]+) +([\d.]+) /gm)].map(
        ([, system, ...values]) => [system, values.map(Number)],
      ),
    );
    assert.deepEqual(
      [...rows.keys()],
      ['bm25', 'sample/base', 'sample/mono', 'sample/cross', 'sample/all', 'sample/merged'],
    );
    for (const [system, [, , koEn, enKo]] of rows)
      if (system !== 'bm25')
        assert.ok(
          (koEn + enKo) / 2 > (rows.get('bm25')![2] + rows.get('bm25')![3]) / 2 + 10,
          `${system} finds translations`,
        );

    // A study that is done is not done again, and a run of it was not run twice.
    const { data } = await ask(url, '{ runs { totalCount } }');
    assert.equal((data!.runs as { totalCount: number }).totalCount, 15);

    // A second start on the same folder harms nothing.
    const rival = start({ ISOGLOSS_HOME: home });
    assert.equal((await rival.exit).code, 1);
    assert.match(rival.output(), /^isogloss: .*in use.*\n$/);
    assert.equal((await ask(url, '{ __typename }')).data!.__typename, 'Query');

    await examples(url);
    await quickStart(url);

    // Killed outright: nothing survives the supervisor, nothing acknowledged is lost, and the next start opens the folder.
    second.process.kill('SIGKILL');
    await second.exit;
    for (let i = 0; i < 100 && (await processesOf(home)).length; i++) await sleep(100);
    assert.deepEqual(await processesOf(home), []);
    const third = start({ ISOGLOSS_HOME: home });
    const [, again] = await third.says(ready);
    const after = await ask(again, '{ runs { totalCount } model(ref: "mine/ko-en") { ref } }');
    assert.equal(
      (after.data!.runs as { totalCount: number }).totalCount,
      18,
      'the README trains what examples/04 trained: one run',
    );
    assert.deepEqual(after.data!.model, { ref: 'mine/ko-en@1' });
    third.process.kill('SIGTERM');
    assert.equal((await third.exit).code, 0);
    assert.doesNotMatch(third.output(), /Sample study/);
  });
});

/** Every file of examples/ as the page offers it: each query answers without errors, the run is followed to its end. */
async function examples(url: string) {
  const folder = join(root, 'examples');
  const files = (await readdir(folder)).filter((name) => name.endsWith('.graphql')).sort();
  assert.ok(files.length >= 5);
  const tabs = (await (await fetch(`${url}/assets/tabs.json`)).json()) as {
    query: string;
    variables?: string;
  }[];
  assert.equal(tabs.length, files.length);
  let run = '';
  for (const [i, name] of files.entries()) {
    const query = await readFile(join(folder, name), 'utf8');
    assert.equal(tabs[i].query, query);
    const variables = tabs[i].variables ? JSON.parse(tabs[i].variables!) : {};
    if (name.startsWith('05-')) continue;
    const { data, errors } = await ask(url, query, variables);
    assert.equal(errors, undefined, `${name}: ${JSON.stringify(errors)}`);
    assert.ok(Object.values(data!)[0], name);
    if (name.startsWith('04-')) run = (data!.launchTraining as { id: string }).id;
  }
  const last = await readFile(join(folder, files.at(-1)!), 'utf8');
  const client = createClient({ url: `${url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket });
  const statuses: unknown[] = [];
  for await (const { data, errors } of client.iterate<{
    runEvents: { type: string; payload: { status?: string } };
  }>({
    query: last,
    operationName: 'Follow',
    variables: { run },
  })) {
    assert.equal(errors, undefined);
    if (data!.runEvents.type === 'STATUS') statuses.push(data!.runEvents.payload.status);
  }
  await client.dispose();
  assert.deepEqual(statuses, ['QUEUED', 'RUNNING', 'SUCCEEDED']);
}

/** The commands of the README as they stand, but for the port. */
async function quickStart(url: string) {
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  const commands = [...readme.matchAll(/^npm run -s ask -- [^']*'[^']*'$/gm)].map(([command]) => command);
  assert.equal(commands.length, 6);
  for (const command of commands) {
    const { stdout } = await promisify(exec)(command, {
      cwd: root,
      env: { ...process.env, PORT: new URL(url).port },
    });
    assert.ok(JSON.parse(stdout.slice(0, stdout.lastIndexOf('}') + 1)), command);
    if (command.includes('--wait')) assert.match(stdout, /^[A-Z]+ SUCCEEDED$/m);
  }
}
