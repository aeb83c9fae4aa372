import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';

const program = `
import { buildGraph } from '#workers/graph/ir.ts';
import { openSession } from '#workers/graph/session.ts';
const g = buildGraph();
const x = g.input('x', 'float32', [1]);
const opened = await openSession(g.finish({ y: g.op('Add', [x, x]) }), { threads: 1, device: 'webgpu' }).catch((e) => e);
console.log(opened.code, opened.message);
process.exit(0);
`;

test('without a GPU one error says so', {
  skip: process.platform !== 'linux' && 'drivers are hidden by Vulkan variables',
}, async () => {
  const hidden = { VK_DRIVER_FILES: '/dev/null', VK_ICD_FILENAMES: '/dev/null' };
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module-typescript', '--eval', program],
    { env: { ...process.env, ...hidden } },
  );
  assert.match(
    stdout,
    /^BAD_USER_INPUT ISOGLOSS_DEVICE is webgpu, but this machine shows no GPU: install its driver/m,
  );
});
