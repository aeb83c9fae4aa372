/** The same by transformers.js: `node encode-transformers-js.ts MODEL TEXTS.json OUT.f32 THREADS BATCH POOLING DEVICE`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { env, pipeline } from '@huggingface/transformers';
import { peakMiB } from '../peak-memory.ts';

const [model, file, out, threads, batch, pooling, device] = process.argv.slice(2);
const texts: string[] = JSON.parse(readFileSync(file, 'utf8'));
Object.assign(env, { localModelPath: dirname(model), allowRemoteModels: false });
const extract = await pipeline('feature-extraction', basename(model), {
  dtype: 'fp32',
  device: device as 'cpu',
  session_options: { intraOpNumThreads: Number(threads) },
});
async function encode(some: string[]): Promise<Float32Array[]> {
  const rows: Float32Array[] = [];
  for (let from = 0; from < some.length; from += Number(batch)) {
    const part = some.slice(from, from + Number(batch));
    const { data } = await extract(part, { pooling: pooling as 'mean', normalize: true });
    rows.push(Float32Array.from(data as Float32Array));
  }
  return rows;
}
await encode(texts.slice(0, 64));
const started = performance.now();
// By length, as sentence-transformers does it: in the order of the texts it would pad far more.
const order = texts.map((_, i) => i).sort((a, b) => texts[b].length - texts[a].length);
const sorted = await encode(order.map((i) => texts[i]));
const seconds = (performance.now() - started) / 1000;
const dimension = sorted[0].length / Math.min(Number(batch), texts.length);
const vectors = new Float32Array(texts.length * dimension);
order.forEach((text, i) => {
  const rows = sorted[Math.floor(i / Number(batch))];
  const at = (i % Number(batch)) * dimension;
  vectors.set(rows.subarray(at, at + dimension), text * dimension);
});
writeFileSync(out, Buffer.from(vectors.buffer));
process.stdout.write(`${JSON.stringify({ seconds, peakMiB: peakMiB() })}\n`);
process.exit(0);
