import { link, mkdir, open, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { floatBytes } from '../encoder/floats.ts';

/** Vectors on their way to disk: `vectors.f32` and `rows.u32` grow together, and outlive an attempt. */
export interface Rows {
  /** Rows that are there already. */
  count: number;
  append(vectors: Float32Array, ordinals: Uint32Array): Promise<void>;
  /** Lay the finished files into a new folder. */
  finish(folder: string): Promise<void>;
  close(): Promise<void>;
}

const names = { vectors: 'vectors.f32', ordinals: 'rows.u32' };

/** Goes on behind the last row that both files hold whole; what a killed attempt wrote of more is cut off. */
export async function openRows(dir: string, dimension: number): Promise<Rows> {
  const paths = { vectors: join(dir, names.vectors), ordinals: join(dir, names.ordinals) };
  const rowBytes = { vectors: 4 * dimension, ordinals: 4 };
  const rows = async (file: keyof typeof names) => {
    const { size } = await stat(paths[file]).catch(() => ({ size: 0 }));
    return Math.floor(size / rowBytes[file]);
  };
  const count = Math.min(await rows('vectors'), await rows('ordinals'));
  const vectors = await open(paths.vectors, 'a');
  const ordinals = await open(paths.ordinals, 'a');
  await truncate(paths.vectors, count * rowBytes.vectors);
  await truncate(paths.ordinals, count * rowBytes.ordinals);
  return {
    count,
    async append(values, places) {
      await vectors.appendFile(floatBytes(values));
      await ordinals.appendFile(new Uint8Array(places.buffer, places.byteOffset, places.byteLength));
    },
    async finish(folder) {
      await mkdir(folder);
      // Links, so that an attempt whose result cannot be published leaves the rows to the next one.
      for (const file of ['vectors', 'ordinals'] as const) await link(paths[file], join(folder, names[file]));
    },
    async close() {
      await vectors.close();
      await ordinals.close();
    },
  };
}
