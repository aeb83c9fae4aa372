/** Encodes texts as a run of EMBEDDING does: `node encode-ours.ts MODEL TEXTS.json OUT.f32 THREADS DEVICE`. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Device } from '#src/device.ts';
import { openEncoder } from '#workers/encoder/encode.ts';
import { peakMiB } from '../peak-memory.ts';

const [model, file, out, threads, device] = process.argv.slice(2);
const texts: string[] = JSON.parse(readFileSync(file, 'utf8'));
const encoder = await openEncoder(model, { threads: Number(threads), device: device as Device });
await encoder.encode(texts.slice(0, 64), 'text');
const started = performance.now();
const vectors = await encoder.encode(texts, 'text');
const seconds = (performance.now() - started) / 1000;
writeFileSync(out, Buffer.from(vectors.buffer, vectors.byteOffset, vectors.byteLength));
process.stdout.write(`${JSON.stringify({ seconds, peakMiB: peakMiB() })}\n`);
process.exit(0);
