import { type FileHandle, open } from 'node:fs/promises';

/** What an embedding run hands over: vectors row by row, and which text of the collection each row is of. */
export interface VectorsFile {
  /** Little-endian fp32, [count, dimension]. */
  vectors: string;
  /** Little-endian uint32, [count]: ordinals of texts in the walk of src/corpora/unit.ts, ascending. */
  rows: string;
  dimension: number;
  count: number;
}

/** Rows that stand side by side in the file. */
export interface Chunk {
  ordinals: Uint32Array;
  /** fp32, [ordinals.length, dimension]. */
  values: Float32Array;
}

export interface VectorsReader {
  read(start: number, n: number): Promise<Chunk>;
  close(): Promise<void>;
}

export async function openVectors({ vectors, rows, dimension }: VectorsFile): Promise<VectorsReader> {
  const vectorFile = await open(vectors);
  const rowFile = await open(rows).catch(async (error) => {
    await vectorFile.close();
    throw error;
  });
  return {
    async read(start, n) {
      const values = new Float32Array(n * dimension);
      const ordinals = new Uint32Array(n);
      await readFully(vectorFile, new Uint8Array(values.buffer), start * dimension * 4);
      await readFully(rowFile, new Uint8Array(ordinals.buffer), start * 4);
      // Decimal text does not carry the sign of a zero, and rows must not depend on how they were loaded.
      for (let i = 0; i < values.length; i++) values[i] += 0;
      return { ordinals, values };
    },
    async close() {
      await vectorFile.close();
      await rowFile.close();
    },
  };
}

async function readFully(file: FileHandle, into: Uint8Array, position: number) {
  let read = 0;
  while (read < into.length) {
    const { bytesRead } = await file.read(into, read, into.length - read, position + read);
    if (bytesRead === 0) throw new Error(`vectors file ends at byte ${position + read}`);
    read += bytesRead;
  }
}
