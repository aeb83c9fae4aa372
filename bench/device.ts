/** What a bench runs on: two threads of the processor, or with BENCH_DEVICE=gpu a GPU and all cores beside it. */
import { availableParallelism } from 'node:os';
import type { Device } from '#src/device.ts';

export const onGpu = process.env.BENCH_DEVICE === 'gpu';
export const device: Device = onGpu ? 'webgpu' : 'cpu';
/** Behind the name of the work. */
export const where = onGpu ? ', GPU' : '';
/** What a GPU has to beat first. */
export const onProcessor = 'Isogloss on the processor';
/** As PyTorch calls it. */
export const peersDevice = onGpu ? 'cuda' : 'cpu';
export const benchThreads = onGpu ? availableParallelism() : 2;
