import { join } from 'node:path';
import type { Mapping } from '#src/corpora/mapping.ts';
import type { JobInput, Reporter } from '../job.ts';
import { census } from './census.ts';
import { digestTable } from './digests.ts';
import { dropTally } from './drops.ts';
import { UNITS } from './limits.ts';
import { linesOf } from './lines.ts';
import { mappedReader } from './mapping.ts';
import { fileName, refuse, refuseFile } from './place.ts';
import { parseRecord, quote } from './record.ts';
import { shapedReader } from './shapes.ts';
import { openSource } from './source.ts';
import { unitLine } from './units.ts';
import { openWriter } from './writer.ts';

/**
 * One JSONL file, plain or gzip, to the normalised form of a corpus, in one pass and constant memory but for the
 * digests of ids and texts. All or nothing: a malformed record ends the import; a well-formed one that says nothing,
 * or what an earlier one said, is left out and counted.
 */
export async function importCorpus(
  { source: input, out, mapping }: { source: JobInput; out: string; mapping?: Mapping },
  report: Reporter,
) {
  const mapped = mapping && mappedReader(mapping);
  const readUnit = mapped?.read ?? shapedReader();
  const file = fileName(input.path);
  const source = await openSource(input.path, file);
  const writer = openWriter(join(out, 'corpus.jsonl'));
  const ids = digestTable();
  const contents = digestTable();
  const counted = census();
  const drops = dropTally();
  let read = 0;

  try {
    for await (const lines of linesOf(source.chunks, file)) {
      report.signal.throwIfAborted();
      for (const { number: line, text } of lines) {
        const place = { file, line };
        read++;
        if (read > UNITS)
          throw refuse(place, `is one record more than ${UNITS}; split the corpus`, 'LIMIT_EXCEEDED');
        const unit = readUnit(parseRecord(text, place), place);
        const first = ids.add(unit.id, line);
        if (first !== null)
          throw refuse(
            place,
            `has the id ${quote(unit.id)} of line ${first}; give every record an id of its own`,
          );
        if ('dropped' in unit) {
          drops.add(unit.dropped, { ...place, id: unit.id });
          continue;
        }
        const { head, content } = unitLine(unit);
        if (contents.add(writer.stage(head, content), line) !== null) {
          drops.add('DUPLICATE', { ...place, id: unit.id });
          continue;
        }
        writer.commit();
        counted.add(unit);
      }
      report.progress(source.read(), source.size, 'bytes');
    }
    if (source.digest() !== input.digest)
      throw refuseFile(file, 'has changed since the import was launched; launch it again');
    const [unseen] = read > 0 && mapped ? mapped.unseen() : [];
    if (unseen !== undefined)
      throw refuseFile(
        file,
        `no record has the field ${quote(unseen)} that the mapping names; mend the mapping`,
      );
    const kept = counted.units();
    if (kept === 0)
      throw refuseFile(
        file,
        read === 0 ? 'has no records' : `all ${read} records were left out: ${drops.summary()}`,
      );
    const warnings: string[] = [];
    if (kept < read) warnings.push(`${read - kept} of ${read} records were left out: ${drops.summary()}`);
    if (counted.resumed() > 0)
      warnings.push(
        `documents that go on after units of another one: ${counted.resumed()}; only units next to one another count as neighbours`,
      );
    for (const warning of warnings) report.log('warn', warning);
    const { digest, bytes } = writer.finish();
    report.output('corpus', 'corpus.jsonl', {
      digest,
      ...counted.counts(),
      bytes,
      report: { read, kept, dropped: drops.dropped, warnings },
    });
  } finally {
    writer.close();
  }
}
