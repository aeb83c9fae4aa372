import { badInput } from '#src/errors.ts';

/** Hugging Face's own MAX_HEADER_SIZE. */
export const maxHeaderBytes = 100_000_000;
/** The largest real models have some thousands of tensors; each costs us a few hundred bytes. */
const maxTensors = 100_000;
const maxDimensions = 16;

const dtypeBytes: Record<string, number> = {
  ...{ BOOL: 1, U8: 1, I8: 1, F8_E4M3: 1, F8_E5M2: 1, F8_E8M0: 1 },
  ...{ I16: 2, U16: 2, F16: 2, BF16: 2 },
  ...{ I32: 4, U32: 4, F32: 4, I64: 8, U64: 8, F64: 8, C64: 8 },
};

export interface TensorEntry {
  dtype: string;
  shape: number[];
  /** Byte range in the data section. */
  begin: number;
  end: number;
}

export interface Header {
  metadata: Record<string, string>;
  /** In the order of the data section. */
  entries: Map<string, TensorEntry>;
}

type Fail = (message: string) => Error;

/**
 * Check the JSON header of a safetensors file whose data section has `dataBytes` bytes. The rules are those of the
 * reference reader (huggingface/safetensors, `tensor.rs`): every byte of the data belongs to exactly one tensor.
 */
export function parseHeader(bytes: Uint8Array, dataBytes: number, file: string): Header {
  const fail = (message: string) => badInput(file, `${file} is not a safetensors file: ${message}`);
  const json = parseJson(bytes, fail);
  const { __metadata__: metadata = {}, ...tensors } = json;
  if (!isObject(metadata) || Object.values(metadata).some((value) => typeof value !== 'string')) {
    throw fail('__metadata__ must map strings to strings');
  }
  const names = Object.keys(tensors);
  if (names.length > maxTensors) throw fail(`it has ${names.length} tensors, the limit is ${maxTensors}`);

  const entries = names.map((name): [string, TensorEntry] => [name, parseEntry(name, tensors[name], fail)]);
  entries.sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  let offset = 0;
  for (const [name, { begin, end }] of entries) {
    if (begin < offset) throw fail(`${show(name)} starts at byte ${begin}, inside the tensor before it`);
    if (begin > offset) throw fail(`bytes ${offset} to ${begin}, before ${show(name)}, belong to no tensor`);
    offset = end;
  }
  if (offset > dataBytes) throw fail(`its tensors take ${offset} bytes, the file has ${dataBytes} for them`);
  if (offset < dataBytes)
    throw fail(`${dataBytes - offset} bytes behind the last tensor belong to no tensor`);
  return { metadata: metadata as Record<string, string>, entries: new Map(entries) };
}

function parseJson(bytes: Uint8Array, fail: Fail): Record<string, unknown> {
  if (bytes[0] !== 0x7b) throw fail('its header does not begin with "{"');
  let text: string;
  let json: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    json = JSON.parse(text);
  } catch {
    throw fail('its header is not JSON in UTF-8');
  }
  const duplicate = duplicateKey(text);
  if (duplicate !== undefined) throw fail(`its header has the key ${show(duplicate)} twice in one object`);
  return json as Record<string, unknown>;
}

function parseEntry(name: string, value: unknown, fail: Fail): TensorEntry {
  const what = `tensor ${show(name)}`;
  if (!isObject(value)) throw fail(`${what} is not described by an object`);
  const { dtype, shape, data_offsets: offsets, ...rest } = value;
  for (const key of Object.keys(rest)) throw fail(`${what} has the unknown field ${show(key)}`);
  const itemBytes = typeof dtype === 'string' && Object.hasOwn(dtypeBytes, dtype) ? dtypeBytes[dtype] : 0;
  if (!itemBytes) throw fail(`${what} has the unknown dtype ${show(dtype)}`);
  if (!isSizes(shape) || shape.length > maxDimensions) {
    throw fail(`${what} has the shape ${show(shape)}, not at most ${maxDimensions} whole numbers`);
  }
  if (!isSizes(offsets) || offsets.length !== 2 || offsets[0] > offsets[1]) {
    throw fail(`${what} has the offsets ${show(offsets)}, not two whole numbers, begin before end`);
  }
  const [begin, end] = offsets;
  // NaN once a product is no longer exact, so that no later zero makes it harmless again.
  const size = shape.reduce(
    (product, n) => (Number.isSafeInteger(product * n) ? product * n : Number.NaN),
    itemBytes,
  );
  if (size !== end - begin) {
    throw fail(`${what} is ${dtype} [${shape}], which does not fill its ${end - begin} bytes`);
  }
  return { dtype: dtype as string, shape, begin, end };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isSizes = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);

/** Values in messages are cut, since a hostile header can hold a name of 100 MB. */
const show = (value: unknown) => (JSON.stringify(value) ?? 'nothing').slice(0, 120);

/**
 * The first key that an object of this valid JSON text has twice. The format forbids it, and JSON.parse keeps the
 * last silently, so that two readers could see two different models in one file.
 */
function duplicateKey(text: string): string | undefined {
  const open: Set<string>[] = [];
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === '{') open.push(new Set());
    else if (c === '}') open.pop();
    else if (c === '"') {
      const start = i++;
      while (text[i] !== '"') i += text[i] === '\\' ? 2 : 1;
      let next = i + 1;
      while (' \t\r\n'.includes(text[next])) next++;
      if (text[next] !== ':') continue;
      const key: string = JSON.parse(text.slice(start, i + 1));
      const keys = open.at(-1)!;
      if (keys.has(key)) return key;
      keys.add(key);
    }
  }
  return undefined;
}
