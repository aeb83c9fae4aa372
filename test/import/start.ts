import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { treeDigest } from '#src/artifacts/tree.ts';
import { benchmarkLayout, filesOfLayout } from '#src/benchmarks/layout.ts';
import { UserError } from '#src/errors.ts';
import { sha256 } from '#src/recipes/canonical.ts';
import { kinds } from '#src/recipes/kinds.ts';
import { run } from '#workers/import/main.ts';

/** What one run of the import room handed over and said. */
export interface Result {
  text: string;
  lines: Record<string, unknown>[];
  meta: Record<string, unknown>;
  logs: string[];
  progress: [number, number | null, string][];
}

/** The bytes of a JSONL file: strings are lines as they stand, anything else is written as JSON. */
export const jsonl = (...records: unknown[]) =>
  Buffer.from(
    records.map((record) => `${typeof record === 'string' ? record : JSON.stringify(record)}\n`).join(''),
  );

/** A folder that is gone when the work is done. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'isogloss-import-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface Options {
  mapping?: object;
  /** Name of the source file. */
  name?: string;
  /** Digest that the launch is made to have seen. */
  digest?: string;
  signal?: AbortSignal;
}

/** Imports a file of these bytes as a corpus. */
export const importCorpus = (
  bytes: Buffer,
  { mapping, name = 'corpus.jsonl', digest, signal }: Options = {},
) =>
  inFolder(async (folder) => {
    const path = join(folder, name);
    await writeFile(path, bytes);
    const params = { target: 'CORPUS', ...(mapping && { mapping }) };
    return start(folder, path, digest ?? sha256(bytes), params, signal);
  });

/** Imports a folder of these files as a benchmark; `prepare` may do more to the folder first. */
export const importBenchmark = (
  files: Record<string, string | Buffer>,
  {
    prepare,
    digest,
    groupField,
    direction,
  }: {
    prepare?: (folder: string) => Promise<unknown>;
    digest?: string;
    groupField?: string;
    direction?: { queryLang: string; docLang: string };
  } = {},
) =>
  inFolder(async (folder) => {
    const source = join(folder, 'source');
    await mkdir(source);
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(source, path)), { recursive: true });
      await writeFile(join(source, path), content);
    }
    await prepare?.(source);
    // A folder that the launch would refuse is given to the import all the same.
    const launched = async () =>
      treeDigest(source, { files: filesOfLayout(await benchmarkLayout(source, 'test', direction)) });
    const seen = digest ?? (await launched().catch(() => sha256('refused')));
    return start(folder, source, seen, {
      ...{ target: 'BENCHMARK', split: 'test' },
      ...(direction && { direction }),
      ...(groupField && { groupField }),
    });
  });

async function start(folder: string, path: string, digest: string, params: object, signal?: AbortSignal) {
  const out = join(folder, 'out');
  await mkdir(out);
  const logs: string[] = [];
  const progress: Result['progress'] = [];
  const outputs: [string, string, Record<string, unknown>][] = [];
  await run(
    {
      run: 'run',
      attempt: 1,
      kind: 'IMPORT',
      params: kinds.IMPORT.parse(params),
      inputs: [{ role: 'source', digest, path }],
      scratch: folder,
      out,
      threads: 1,
    },
    {
      progress: (...point) => progress.push(point),
      metrics: () => assert.fail('an import has no metrics'),
      log: (_, message) => logs.push(message),
      output: (...output) => outputs.push(output),
      signal: signal ?? new AbortController().signal,
    },
  );
  assert.equal(outputs.length, 1);
  const [[role, name, meta]] = outputs;
  assert.equal(role, (params as { target: string }).target.toLowerCase());
  assert.deepEqual(readdirSync(out), [name]);
  const bytes = readFileSync(join(out, name));
  assert.equal(meta.digest, sha256(bytes));
  assert.equal(meta.bytes, bytes.length);
  const text = bytes.toString();
  const lines = text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  return { text, lines, meta, logs, progress } satisfies Result;
}

/** The UserError that an import ends with, as `CODE: message`. */
export async function refusal(result: Promise<unknown>): Promise<string> {
  try {
    await result;
  } catch (error) {
    if (error instanceof UserError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return assert.fail('the import was expected to be refused');
}

/** The same without the code, which must be BAD_USER_INPUT. */
export async function badInput(result: Promise<unknown>): Promise<string> {
  const [code, message] = (await refusal(result)).split(/: (.*)/s);
  assert.equal(code, 'BAD_USER_INPUT');
  return message;
}
