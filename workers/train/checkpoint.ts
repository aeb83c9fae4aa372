/**
 * Checkpoints: what a run needs to go on as if it had never stopped, that is the arrays an update changes and the
 * number of steps done. A file is written beside its final name, forced to disk and renamed, and ends with the SHA-256
 * of all before; the last two are kept, so that a damaged one costs some steps and not the run.
 *
 *   8 bytes "ISOCKPT1" · uint32 header bytes · header JSON, padded with spaces · arrays, float32 · 32 bytes SHA-256
 */
import { createHash } from 'node:crypto';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

interface Header {
  step: number;
  /** Of the recipe; a checkpoint of another one is none of ours. */
  fingerprint: string;
  arrays: { name: string; length: number }[];
}

const magic = 'ISOCKPT1';
const kept = 2;
const blockBytes = 1 << 24;
const nameOf = (step: number) => `checkpoint-${String(step).padStart(9, '0')}.bin`;
const namePattern = /^checkpoint-(\d{9,})\.bin$/;

type State = ReadonlyMap<string, Float32Array>;

export function checkpoints(folder: string, fingerprint: string) {
  async function steps(): Promise<number[]> {
    const names = await readdir(folder);
    return names
      .flatMap((n) => namePattern.exec(n)?.[1] ?? [])
      .map(Number)
      .sort((a, b) => b - a);
  }

  return {
    async save(step: number, state: State) {
      await mkdir(folder, { recursive: true });
      const target = join(folder, nameOf(step));
      const temporary = `${target}.part`;
      const header: Header = {
        step,
        fingerprint,
        arrays: [...state].map(([name, { length }]) => ({ name, length })),
      };
      const json = JSON.stringify(header);
      const padded = Buffer.from(json.padEnd(Math.ceil(json.length / 4) * 4));
      const size = Buffer.alloc(4);
      size.writeUInt32LE(padded.length);

      const hash = createHash('sha256');
      const file = await open(temporary, 'w');
      try {
        const write = async (bytes: Uint8Array) => {
          for (let at = 0; at < bytes.length; at += blockBytes) {
            const block = bytes.subarray(at, at + blockBytes);
            hash.update(block);
            await writeAll(file, block);
          }
        };
        for (const bytes of [Buffer.from(magic), size, padded]) await write(bytes);
        for (const data of state.values())
          await write(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
        await writeAll(file, hash.digest());
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, target);
      await syncFolder(folder);
      for (const old of (await steps()).slice(kept)) await rm(join(folder, nameOf(old)));
    },

    /**
     * Restores the newest sound checkpoint into these arrays and returns its step; null when there is none.
     * @param damaged called with the file name of every newer one that is not sound
     */
    async restore(state: State, damaged: (file: string) => void): Promise<number | null> {
      await mkdir(folder, { recursive: true });
      for (const step of await steps()) {
        const name = nameOf(step);
        if (await load(join(folder, name), fingerprint, state)) return step;
        damaged(name);
      }
      return null;
    },
  };
}

type File = Awaited<ReturnType<typeof open>>;

async function writeAll(file: File, bytes: Uint8Array) {
  for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at)).bytesWritten;
}

/** A rename is durable only when its folder is. */
async function syncFolder(folder: string) {
  // Windows cannot open a folder; NTFS journals renames.
  if (process.platform === 'win32') return;
  const handle = await open(folder);
  await handle.sync();
  await handle.close();
}

/** Fills `bytes` from the file; false at its end. */
async function readAll(file: File, bytes: Uint8Array): Promise<boolean> {
  for (let at = 0; at < bytes.length; ) {
    const { bytesRead } = await file.read(bytes, at, bytes.length - at);
    if (bytesRead === 0) return false;
    at += bytesRead;
  }
  return true;
}

async function isWhole(file: File): Promise<boolean> {
  const { size } = await file.stat();
  const hash = createHash('sha256');
  const block = Buffer.alloc(blockBytes);
  for (let left = size - 32; left > 0; ) {
    const part = block.subarray(0, Math.min(left, blockBytes));
    if (!(await readAll(file, part))) return false;
    hash.update(part);
    left -= part.length;
  }
  const stored = Buffer.alloc(32);
  return (await readAll(file, stored)) && stored.equals(hash.digest());
}

/** Reads a file into the arrays if it is whole and of this recipe; nothing is written otherwise. */
async function load(path: string, fingerprint: string, state: State): Promise<boolean> {
  const file = await open(path);
  try {
    if (!(await isWhole(file))) return false;
    const size = Buffer.alloc(4);
    await file.read(size, 0, 4, magic.length);
    const json = Buffer.alloc(size.readUInt32LE());
    await file.read(json, 0, json.length, magic.length + 4);
    const header = JSON.parse(json.toString()) as Header;
    const fits =
      header.fingerprint === fingerprint &&
      header.arrays.length === state.size &&
      header.arrays.every(({ name, length }) => state.get(name)?.length === length);
    if (!fits) return false;
    let position = magic.length + 4 + json.length;
    for (const { name } of header.arrays) {
      const { buffer, byteOffset, byteLength } = state.get(name)!;
      for (let at = 0; at < byteLength; at += blockBytes) {
        const block = new Uint8Array(buffer, byteOffset + at, Math.min(blockBytes, byteLength - at));
        await file.read(block, 0, block.length, position + at);
      }
      position += byteLength;
    }
    return true;
  } finally {
    await file.close();
  }
}
