import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Prisma's CLI on a copy of what it reads, with our engine. */
function prisma(cwd: string, ...args: string[]): Promise<{ code: number; output: string }> {
  const env = {
    ...process.env,
    CHECKPOINT_DISABLE: '1',
    PRISMA_SCHEMA_ENGINE_BINARY: join(root, 'prisma', 'schema-engine.mjs'),
    PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}`,
  };
  const cli = join(root, 'node_modules', 'prisma', 'build', 'index.js');
  return new Promise((resolve) => {
    execFile(process.execPath, [cli, ...args], { cwd, env }, (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), output: stdout + stderr });
    });
  });
}

describe('the migrations', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'isogloss-schema-'));
    await cp(join(root, 'prisma'), join(folder, 'prisma'), { recursive: true });
    await cp(join(root, 'prisma.config.ts'), join(folder, 'prisma.config.ts'));
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const diff = (...options: string[]) =>
    prisma(
      folder,
      ...['migrate', 'diff', '--from-migrations', 'prisma/migrations', '--to-schema', 'prisma/schema.prisma'],
      ...options,
    );

  // What is written by hand (partitions, triggers, expression indexes) Prisma does not see, and does not ask for.
  test('make the tables of schema.prisma, no more and no less', async () => {
    const { code, output } = await diff('--exit-code');
    assert.equal(code, 0, output);
    assert.match(output, /No difference detected/);
  });

  test('would need another one for another column', async () => {
    const schema = join(folder, 'prisma', 'schema.prisma');
    const text = await readFile(schema, 'utf8');
    await writeFile(schema, text.replace(/^model (\w+) \{$/m, 'model $1 {\n  novelty String?'));
    const { output } = await diff('--script');
    assert.match(output, /ALTER TABLE "\w+" ADD COLUMN +"novelty" TEXT;/);
  });
});
