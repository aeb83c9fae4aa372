/**
 * A file of named arrays that is there whole or not at all: written beside its final name, forced to disk and renamed,
 * and ending with the SHA-256 of all before.
 *
 *   8 bytes "ISOCKPT1" · uint32 header bytes · header JSON, padded with spaces · arrays, float32 · 32 bytes SHA-256
 */
import { createHash } from 'node:crypto';
import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

export type Arrays = ReadonlyMap<string, Float32Array>;

interface Header<T> {
  about: T;
  arrays: { name: string; length: number }[];
}

const magic = 'ISOCKPT1';
const blockBytes = 1 << 24;

export async function writeArrays(target: string, about: unknown, arrays: Arrays) {
  const temporary = `${target}.part`;
  const header: Header<unknown> = {
    about,
    arrays: [...arrays].map(([name, { length }]) => ({ name, length })),
  };
  const json = JSON.stringify(header);
  const padded = Buffer.from(json.padEnd(Math.ceil(Buffer.byteLength(json) / 4) * 4));
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
    for (const data of arrays.values())
      await write(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    await writeAll(file, hash.digest());
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, target);
  await syncFolder(dirname(target));
}

/** What a file is about if it is whole, else null. */
export async function readAbout<T>(path: string): Promise<T | null> {
  const file = await open(path);
  try {
    return (await isWhole(file)) ? (await readHeader<T>(file)).header.about : null;
  } finally {
    await file.close();
  }
}

/**
 * Fills the arrays from a file if it is whole, has just these and `fits` says so of what it is about, which is returned;
 * else null, and nothing is written to them.
 */
export async function readArrays<T>(
  path: string,
  arrays: Arrays,
  fits: (about: T) => boolean | Promise<boolean>,
): Promise<T | null> {
  const file = await open(path);
  try {
    if (!(await isWhole(file))) return null;
    const { header, end } = await readHeader<T>(file);
    const same =
      header.arrays.length === arrays.size &&
      header.arrays.every(({ name, length }) => arrays.get(name)?.length === length);
    if (!same || !(await fits(header.about))) return null;
    let position = end;
    for (const { name } of header.arrays) {
      const { buffer, byteOffset, byteLength } = arrays.get(name)!;
      for (let at = 0; at < byteLength; at += blockBytes) {
        const block = new Uint8Array(buffer, byteOffset + at, Math.min(blockBytes, byteLength - at));
        await file.read(block, 0, block.length, position + at);
      }
      position += byteLength;
    }
    return header.about;
  } finally {
    await file.close();
  }
}

async function readHeader<T>(file: File) {
  const size = Buffer.alloc(4);
  await file.read(size, 0, 4, magic.length);
  const json = Buffer.alloc(size.readUInt32LE());
  await file.read(json, 0, json.length, magic.length + 4);
  return { header: JSON.parse(json.toString()) as Header<T>, end: magic.length + 4 + json.length };
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
