/** `node workers/graph/assemble.ts` makes kernels.wasm anew from kernels.wat; a test compares the two. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import wabt from 'wabt';

export const sourceFile = fileURLToPath(new URL('kernels.wat', import.meta.url));
export const binaryFile = fileURLToPath(new URL('kernels.wasm', import.meta.url));

export async function assemble(): Promise<Uint8Array> {
  const { parseWat } = await wabt();
  // A copy, because wabt reads the whole ArrayBuffer under a view, and small files are views of Node's pool.
  const source = Uint8Array.from(readFileSync(sourceFile));
  const module = parseWat('kernels.wat', source, { simd: true, bulk_memory: true });
  return module.toBinary({}).buffer;
}

if (import.meta.main) writeFileSync(binaryFile, await assemble());
