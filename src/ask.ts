import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { configOrExit } from './config.ts';
import { type Api, graphql } from './graphql-client.ts';

interface Options {
  variables?: string;
  wait?: boolean;
  operation?: string;
}

/** `isogloss ask`: sends an operation, given as text or as a .graphql file, to the laboratory of this environment. */
export async function ask(what: string, options: Options) {
  const { host, port, token } = configOrExit();
  const api = graphql(`http://${host.includes(':') ? `[${host}]` : host}:${port}`, token);
  try {
    const file = what.endsWith('.graphql');
    const query = file ? await readFile(what, 'utf8') : what;
    const beside = file
      ? await readFile(what.replace(/\.graphql$/, '.json'), 'utf8').catch(() => '{}')
      : '{}';
    const variables = JSON.parse(options.variables ?? beside) as object;
    const data = await api<Record<string, unknown>>(query, variables, options.operation);
    process.stdout.write(`${JSON.stringify(data, null, 2)}\n`);
    if (options.wait) for (const value of Object.values(data)) await follow(api, value);
  } catch (error) {
    const { message, cause } = error as Error & { cause?: { code?: string } };
    const away = cause?.code === 'ECONNREFUSED';
    process.stderr.write(
      `isogloss: ${away ? `nothing answers at ${host}:${port}; is \`npm start\` running?` : message}\n`,
    );
    process.exitCode = 1;
  }
}

/** Waits for a launched run and says how it ended. */
async function follow(api: Api, launched: unknown) {
  const { id } = (launched ?? {}) as { id?: string };
  if (!id) return;
  for (;;) {
    const { run } = await api<{
      run: { kind: string; status: string; error: { message: string } | null } | null;
    }>('query ($id: ID!) { run(id: $id) { kind status error { message } } }', { id });
    if (!run || run.status === 'QUEUED' || run.status === 'RUNNING') {
      await sleep(500);
      continue;
    }
    process.stdout.write(`${run.kind} ${run.status}${run.error ? `: ${run.error.message}` : ''}\n`);
    if (run.status !== 'SUCCEEDED') process.exitCode = 1;
    return;
  }
}
