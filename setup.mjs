// Runs under whatever Node the machine has, before anything is installed: plain old JavaScript, no dependencies.
// It makes `npm start` and `npm test` work in a fresh clone and costs about 50 ms when there is nothing to do.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(fileURLToPath(import.meta.url));
const stampFile = join(root, 'node_modules', '.isogloss-setup');
const generated = join(root, 'src', 'database', 'generated');

function run(command, args, what, env = {}) {
  const shell = process.platform === 'win32';
  const done = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    shell,
    env: { ...process.env, ...env },
  });
  if (done.status === 0) return;
  process.stderr.write(
    `${done.stdout ?? ''}${done.stderr ?? ''}\nsetup: ${what} failed${done.error ? `: ${done.error.message}` : ''}\n`,
  );
  process.exit(1);
}

const major = Number(process.versions.node.split('.')[0]);
if (major < 20) {
  process.stderr.write(
    `setup: Node ${process.versions.node} is too old; install Node 20 or newer from https://nodejs.org\n`,
  );
  process.exit(1);
}

const stamp = ['package-lock.json', 'prisma/schema.prisma']
  .reduce((hash, file) => hash.update(readFileSync(join(root, file))), createHash('sha256'))
  .digest('hex');
const current = existsSync(stampFile) && existsSync(generated) && readFileSync(stampFile, 'utf8') === stamp;

if (!current || process.argv.includes('--generate')) {
  if (!current) {
    process.stdout.write('setup: installing packages (about a minute, once)\n');
    // --ignore-scripts: no package may run code or fetch a second download while it is installed. onnxruntime-node's
    // script would load CUDA libraries; docs/gpu.md says how to run it on purpose.
    run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], 'npm ci');
  }
  mkdirSync(generated, { recursive: true });
  // `prisma generate` needs no engine but insists on finding one and would download it: any existing executable will do.
  run(
    join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'prisma.cmd' : 'prisma'),
    ['generate'],
    'prisma generate',
    {
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
      PATH: `${join(root, 'node_modules', '.bin')}${process.platform === 'win32' ? ';' : ':'}${process.env.PATH}`,
    },
  );
  writeFileSync(stampFile, stamp);
}
