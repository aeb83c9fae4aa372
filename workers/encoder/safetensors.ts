import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { badInput } from '#src/errors.ts';
import { decodeFloats, decodeNumbers, type FloatDtype, floatBytes, isFloat, isNumber } from './floats.ts';
import { maxHeaderBytes, parseHeader, type TensorEntry } from './safetensors-header.ts';

/** An open weights file. Only its header is in memory; every tensor is read when asked for. */
export interface Safetensors {
  metadata: Record<string, string>;
  /** In the order of the data section. */
  entries: Map<string, TensorEntry>;
  /** Row-major fp32, decoded from F32, F16 or BF16; UserError for any other dtype. */
  read(name: string): Promise<Float32Array<ArrayBuffer>>;
  /** Where its values lie; UserError as for reading. */
  locate(name: string): TensorPlace;
  /** Values as doubles, of floats and integers; UserError for any other dtype. */
  readNumbers(name: string): Promise<Float64Array>;
  close(): Promise<void>;
}

/** The values of one tensor in a weights file, for readers of their own that take them in parts. */
export interface TensorPlace {
  path: string;
  /** Byte of the file at which they begin. */
  position: number;
  dtype: FloatDtype;
}

/**
 * Open a file in the safetensors format: 8 bytes of header length, a JSON header, the data section. The header is
 * checked whole before anything else is allocated; a violation is a UserError that names the file (as `file`) and the
 * tensor.
 */
export async function openSafetensors(path: string, file = basename(path)): Promise<Safetensors> {
  const handle = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? badInput(file, `${file} is missing`) : error;
  });
  try {
    const { size } = await handle.stat();
    const bytes = await readHeaderBytes(handle, size, file);
    const dataStart = 8 + bytes.byteLength;
    const { metadata, entries } = parseHeader(bytes, size - dataStart, file);
    const find = (name: string) => {
      const entry = entries.get(name);
      if (!entry) throw badInput(file, `${file} has no tensor "${name}"`);
      const { dtype, begin, end } = entry;
      const wrong = (known: string) => badInput(file, `${file}: tensor "${name}" is ${dtype}; ${known}`);
      const position = dataStart + begin;
      return { dtype, position, wrong, bytes: () => readBytes(handle, position, end - begin) };
    };
    const findFloats = (name: string) => {
      const { dtype, wrong, ...found } = find(name);
      if (!isFloat(dtype)) throw wrong('weights are read from F32, F16 and BF16');
      return { dtype, ...found };
    };
    return {
      metadata,
      entries,
      async read(name) {
        const { dtype, bytes } = findFloats(name);
        return decodeFloats(await bytes(), dtype);
      },
      locate(name) {
        const { position, dtype } = findFloats(name);
        return { path, position, dtype };
      },
      async readNumbers(name) {
        const { dtype, wrong, bytes } = find(name);
        if (isFloat(dtype)) return Float64Array.from(decodeFloats(await bytes(), dtype));
        if (!isNumber(dtype)) throw wrong('numbers are read from floats and integers');
        return decodeNumbers(await bytes(), dtype);
      },
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function readHeaderBytes(handle: FileHandle, size: number, file: string): Promise<Uint8Array> {
  const fail = (message: string) => badInput(file, `${file} is not a safetensors file: ${message}`);
  if (size < 8) throw fail(`it has ${size} bytes`);
  const prefix = Buffer.from(await readBytes(handle, 0, 8));
  const length = prefix.readBigUInt64LE();
  if (length > BigInt(maxHeaderBytes)) {
    throw fail(`it claims a header of ${length} bytes, the limit is ${maxHeaderBytes}`);
  }
  if (Number(length) > size - 8) throw fail(`it claims a header of ${length} bytes, the file has ${size}`);
  return readBytes(handle, 8, Number(length));
}

/** One system call moves at most 2 GiB, so large tensors take several. */
const blockBytes = 1 << 28;

async function readBytes(handle: FileHandle, position: number, length: number) {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    const block = Math.min(blockBytes, length - done);
    const { bytesRead } = await handle.read(bytes, done, block, position + done);
    // Lengths were checked against the file's size, so the file has been cut short since.
    if (bytesRead === 0) throw new Error('file ended early');
    done += bytesRead;
  }
  return bytes;
}

/** Where the tensors of a file to be written come from: one at a time, asked for in the file's order. */
export interface TensorSource {
  shapes: Map<string, number[]>;
  read(name: string): Float32Array | Promise<Float32Array>;
  /** The same in parts, one after another; each holds until the next is asked for. */
  pieces?(name: string): AsyncIterable<Float32Array>;
}

/**
 * Write F32 tensors, sorted by name in code-point order, with metadata `{format: 'pt'}`: the very bytes that Hugging
 * Face's `safetensors.torch.save_file(tensors, path, {'format': 'pt'})` writes. Memory holds one tensor at a time.
 * The file must not exist.
 */
export async function writeSafetensors(path: string, source: TensorSource): Promise<void> {
  const names = [...source.shapes.keys()].sort(byCodePoint);
  const entries = new Map<string, { dtype: 'F32'; shape: number[]; data_offsets: [number, number] }>();
  let offset = 0;
  for (const name of names) {
    const shape = source.shapes.get(name)!;
    const end = offset + shape.reduce((product, n) => product * n, 4);
    entries.set(name, { dtype: 'F32', shape, data_offsets: [offset, end] });
    offset = end;
  }
  const handle = await open(path, 'wx');
  try {
    await writeBytes(handle, headerBytes(entries));
    for (const [name, { data_offsets }] of entries) {
      let written = 0;
      for await (const piece of source.pieces?.(name) ?? [await source.read(name)]) {
        const bytes = floatBytes(piece);
        await writeBytes(handle, bytes);
        written += bytes.byteLength;
      }
      if (written !== data_offsets[1] - data_offsets[0]) {
        throw new Error(`tensor ${name} does not fill its shape`);
      }
    }
  } finally {
    await handle.close();
  }
}

function headerBytes(entries: Map<string, object>): Buffer {
  // Written pair by pair: an object would move names such as "0" to the front.
  const pairs = [...entries].map(([name, entry]) => `${JSON.stringify(name)}:${JSON.stringify(entry)}`);
  const json = `{${['"__metadata__":{"format":"pt"}', ...pairs].join(',')}}`;
  // The data section starts on a multiple of 8, so that readers can map it; spaces are the format's own padding.
  const length = Math.ceil(Buffer.byteLength(json) / 8) * 8;
  const bytes = Buffer.alloc(8 + length, ' ');
  bytes.writeBigUInt64LE(BigInt(length));
  bytes.write(json, 8);
  return bytes;
}

async function writeBytes(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.byteLength; ) {
    const block = Math.min(blockBytes, bytes.byteLength - done);
    done += (await handle.write(bytes, done, block)).bytesWritten;
  }
}

/** UTF-8 order, as Rust sorts strings; JavaScript's own order differs beyond the basic plane. */
const byCodePoint = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
