/**
 * WebAssembly memories for what the kernels work on and ONNX Runtime reads and writes in place. A memory holds at
 * most 4 GiB and cannot grow without detaching its views, so all sizes are said at once; arrays of one block share a
 * memory, blocks may be spread over several. Pages that are never touched cost nothing.
 */
import { UserError } from '#src/errors.ts';
import { bindKernels, type Kernels } from './kernels.ts';

export interface Sizes<F extends string, I extends string> {
  floats: Record<F, number>;
  ints: Record<I, number>;
}
export interface Block<F extends string, I extends string> {
  kernels: Kernels;
  floats: Record<F, Float32Array>;
  ints: Record<I, Int32Array>;
}

const pageBytes = 65_536;
const memoryBytes = 65_536 * pageBytes;
/** A cache line, so that which code path a vectorised loop takes does not depend on where an array happened to lie. */
const alignment = 64;
const bytesOf = (numbers: number) => Math.ceil((numbers * 4) / alignment) * alignment;

export function allocate<F extends string, I extends string = never>(
  sizes: readonly Sizes<F, I>[],
): Block<F, I>[] {
  const bytes = sizes.map(({ floats, ints }) =>
    [...Object.values<number>(floats), ...Object.values<number>(ints)].reduce((n, x) => n + bytesOf(x), 0),
  );
  // First come, first served: a new memory is opened when the block at hand does not fit into the last one.
  const memories: { bytes: number }[] = [];
  const memoryOf = bytes.map((need) => {
    if (need > memoryBytes)
      throw new UserError(
        'LIMIT_EXCEEDED',
        `A table with its optimizer state needs ${(need / 2 ** 30).toFixed(1)} GiB, more than the 4 GiB that one may have; ` +
          'use a smaller vocabulary or dimension',
      );
    if (memories.length === 0 || memories.at(-1)!.bytes + need > memoryBytes) memories.push({ bytes: 0 });
    memories.at(-1)!.bytes += need;
    return memories.length - 1;
  });
  const opened = memories.map(({ bytes }) => {
    const memory = new WebAssembly.Memory({ initial: Math.max(1, Math.ceil(bytes / pageBytes)) });
    return { buffer: memory.buffer, kernels: bindKernels(memory), used: 0 };
  });
  return sizes.map(({ floats, ints }, i) => {
    const memory = opened[memoryOf[i]];
    const carve = <K extends string, T>(
      counts: Record<K, number>,
      view: new (b: ArrayBuffer, at: number, n: number) => T,
    ) => {
      const made = Object.entries<number>(counts).map(([name, n]) => {
        const array = new view(memory.buffer, memory.used, n);
        memory.used += bytesOf(n);
        return [name, array];
      });
      return Object.fromEntries(made) as Record<K, T>;
    };
    return { kernels: memory.kernels, floats: carve(floats, Float32Array), ints: carve(ints, Int32Array) };
  });
}
