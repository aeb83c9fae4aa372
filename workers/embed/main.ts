import { join } from 'node:path';
import { UserError } from '#src/errors.ts';
import { type Encoder, openEncoder } from '../encoder/encode.ts';
import type { Reporter, Run } from '../job.ts';
import { openRows, type Rows } from './rows.ts';
import { type PlacedText, selectionOf, survey, walk } from './walk.ts';

/** Texts encoded at a time: enough for the encoder to sort by length, and all that a killed attempt loses. */
const blockTexts = 2048;

/**
 * Encode the chosen texts of a corpus or benchmark. The output folder has `vectors.f32`, little-endian fp32
 * [count, dimension], and `rows.u32`, the ordinal of each row's text in the walk over the whole collection.
 */
export const run: Run<'EMBEDDING'> = async (job, report) => {
  const collection = job.inputs.find(({ role }) => role === 'corpus' || role === 'benchmark')!;
  const selection = selectionOf(job.params, collection);
  const { count, languages } = await survey(collection, selection);
  const encoder = await openEncoder(job.inputs.find(({ role }) => role === 'model')!.path, job);
  const rows = await openRows(job.scratch, encoder.dimension);
  try {
    if (rows.count) report.log('info', `going on after ${rows.count} texts of an earlier attempt`);
    let block: PlacedText[] = [];
    let seen = 0;
    for await (const batch of walk(collection, selection)) {
      const fresh = batch.slice(Math.max(0, rows.count - seen));
      seen += batch.length;
      block.push(...fresh);
      while (block.length >= blockTexts || (seen === count && block.length > 0)) {
        await encodeBlock(encoder, block.slice(0, blockTexts), rows, report);
        block = block.slice(blockTexts);
        report.progress(seen - block.length, count, 'texts');
      }
    }
    await rows.finish(join(job.out, 'vectors'));
    report.output('vectors', 'vectors', {
      ...{ dimension: encoder.dimension, count, languages, roles: [...selection.roles] },
    });
  } finally {
    await rows.close();
    await encoder.close();
  }
};

async function encodeBlock(
  encoder: Encoder,
  block: PlacedText[],
  rows: Rows,
  report: Reporter,
): Promise<void> {
  const { dimension } = encoder;
  const vectors = new Float32Array(block.length * dimension);
  for (const as of ['query', 'passage'] as const) {
    const places = [...block.keys()].filter((i) => (block[i].role === 'QUERY') === (as === 'query'));
    if (places.length === 0) continue;
    const part = await encoder.encode(
      places.map((i) => block[i].text),
      as,
      report.signal,
    );
    for (const [k, i] of places.entries()) {
      vectors.set(part.subarray(k * dimension, (k + 1) * dimension), i * dimension);
    }
  }
  inspect(vectors, block, dimension, report);
  await rows.append(
    vectors,
    Uint32Array.from(block, ({ ordinal }) => ordinal),
  );
}

/** Not-a-number fails the run and names the text; a vector of zeros is told, since no search will ever find it. */
function inspect(vectors: Float32Array, block: PlacedText[], dimension: number, report: Reporter): void {
  const zeros: PlacedText[] = [];
  for (const [i, text] of block.entries()) {
    const vector = vectors.subarray(i * dimension, (i + 1) * dimension);
    const wrong = vector.find((value) => !Number.isFinite(value));
    if (wrong !== undefined) {
      throw new UserError(
        'BAD_USER_INPUT',
        `the model gives ${wrong} for text ${text.ordinal} (${text.role}, ${text.language}): "${text.text.slice(0, 80)}"`,
      );
    }
    if (vector.every((value) => value === 0)) zeros.push(text);
  }
  if (zeros.length) {
    const which = zeros.slice(0, 10).map(({ ordinal }) => ordinal);
    report.log(
      'warn',
      `${zeros.length} texts have no token of the model and get a zero vector: ${which.join(', ')}`,
    );
  }
}
