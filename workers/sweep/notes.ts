import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson, sha256 } from '#src/recipes/canonical.ts';
import { engine } from '#src/recipes/recipe.ts';
import type { Measured } from '#src/sweeps/sweep-file.ts';

/** What has been measured, kept in the scratch folder so that an attempt goes on where the last one ended. */
export interface Notes {
  /** How many measurements an earlier attempt left. */
  found: number;
  /** The measurement noted for a thing, or the one made now. */
  once(thing: object, make: () => Promise<Measured>): Promise<Measured>;
}

/** A line a measurement; the last one may be torn where a process was killed while it wrote, and is made again. */
export async function openNotes(scratch: string): Promise<Notes> {
  const file = join(scratch, 'measured.jsonl');
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const known = new Map<string, Measured>();
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  for (const line of whole.split('\n').filter(Boolean)) {
    const note = parsed(line);
    if (note) known.set(note.key, note.measured);
  }
  // What follows a torn line begins on one of its own.
  if (whole.length < text.length) await appendFile(file, '\n');
  return {
    found: known.size,
    async once(thing, make) {
      const key = sha256(canonicalJson({ engine, thing }));
      const noted = known.get(key);
      if (noted) return noted;
      const measured = await make();
      known.set(key, measured);
      await appendFile(file, `${JSON.stringify({ key, measured })}\n`);
      return measured;
    },
  };
}

function parsed(line: string): { key: string; measured: Measured } | null {
  try {
    return JSON.parse(line);
  } catch {
    return null; // torn before the attempt that added the line end
  }
}
