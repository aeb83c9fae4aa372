/** `npm test`: static checks, then the fast tests, then those that start databases, laboratories and browsers. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const started = Date.now();

function step(what: string, command: string, args: string[]) {
  const since = Date.now();
  process.stdout.write(`\n== ${what}\n`);
  const { status, signal } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    process.stderr.write(`\n${what}: failed${signal ? ` (${signal})` : ''}\n`);
    process.exit(1);
  }
  process.stdout.write(`== ${what}: ${((Date.now() - since) / 1000).toFixed(0)} s\n`);
}

/** Folders of test/ whose tests start processes; they take turns, two cores are little for two laboratories. */
const slow = ['api', 'database', 'search', 'system', 'web'];
const filesOf = (folder: string) =>
  readdirSync(`${root}/test/${folder}`, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => `test/${folder}/${name}`);
const folders = readdirSync(`${root}/test`, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== 'golden')
  .map((entry) => entry.name);
const single = readdirSync(`${root}/test`)
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => `test/${name}`);

const only = process.argv.slice(2);
const chosen = (names: string[]) => names.filter((name) => only.length === 0 || only.includes(name));
const bin = (name: string) => `${root}/node_modules/.bin/${name}`;

if (only.length === 0) {
  // A folder without .git has no ignore file for Biome to read; what is checked is the same.
  const loose = existsSync(`${root}/.git`) ? [] : ['--vcs-enabled=false'];
  step('format and lint', bin('biome'), ['check', ...loose, '.']);
  step('types', bin('tsc'), ['--noEmit']);
  step('printed schema', process.execPath, ['src/api/print.ts', '--check']);
}
const run = (what: string, files: string[], concurrency: number) => {
  if (files.length)
    step(what, process.execPath, [
      '--test',
      `--test-concurrency=${concurrency}`,
      '--test-reporter=dot',
      ...files,
    ]);
};
run(
  'fast tests',
  [...(only.length ? [] : single), ...chosen(folders.filter((f) => !slow.includes(f))).flatMap(filesOf)],
  2,
);
for (const folder of chosen(slow.filter((f) => folders.includes(f))))
  run(`${folder} tests`, filesOf(folder), 1);

process.stdout.write(
  process.env.TEST_DATABASE_URL
    ? '\nDatabase tests ran on the embedded database and on the server of TEST_DATABASE_URL.\n'
    : '\nThe server suite was SKIPPED: set TEST_DATABASE_URL to run it (.ci/postgres starts a server; .ci/run does both).\n',
);
process.stdout.write(`All tests passed in ${((Date.now() - started) / 60_000).toFixed(1)} minutes.\n`);
