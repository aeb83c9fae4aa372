import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { z } from 'zod';
import { badInput } from '#src/errors.ts';

/**
 * Read a JSON file of a model folder and check it. UserError naming the file (as `name`, by default its own name)
 * and the key when it is missing, larger than `maxBytes`, no JSON, or not of the schema's shape.
 */
export async function readJson<T extends z.ZodType>(
  path: string,
  schema: T,
  { name = basename(path), maxBytes = 1_000_000 } = {},
): Promise<z.output<T>> {
  const size = await stat(path).then(
    (file) => file.size,
    () => {
      throw badInput(name, `${name} is missing from the model folder`);
    },
  );
  if (size > maxBytes) throw badInput(name, `${name} has ${size} bytes, the limit is ${maxBytes}`);
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, 'utf8'));
  } catch {
    throw badInput(name, `${name} is not JSON`);
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const { path: keys, message } = parsed.error.issues[0];
  const key = keys.join('.');
  throw badInput(key ? `${name}.${key}` : name, `${name}: ${key && `${key}: `}${message}`);
}

/** The same for a file that may be absent, which then reads as the schema's reading of `{}`. */
export async function readOptionalJson<T extends z.ZodType>(path: string, schema: T): Promise<z.output<T>> {
  const present = await stat(path).then(
    () => true,
    () => false,
  );
  return present ? readJson(path, schema) : schema.parse({});
}
