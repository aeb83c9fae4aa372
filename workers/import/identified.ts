import type { Line } from './lines.ts';
import { type Place, refuse } from './place.ts';
import { field, type JsonRecord, parseRecord, readName } from './record.ts';
import { readTopics } from './topics.ts';

/** A query or document as its file has it. */
export interface Identified {
  place: Place;
  id: string;
  record: JsonRecord;
}

const isTopics = (file: string) => /\.(txt|trec)(\.gz)?$/.test(file);

/** The records of a file by its name's ending: JSON lines, tab-separated columns, or TREC's topics. */
export async function* readIdentified(
  lines: AsyncIterable<Line[]>,
  file: string,
): AsyncGenerator<Identified> {
  const isTable = /\.tsv(\.gz)?$/.test(file);
  if (isTopics(file))
    for await (const { record, place } of readTopics(lines, file)) yield identified(record, place);
  else
    for await (const group of lines)
      for (const { number: line, text } of group) {
        const place = { file, line };
        yield identified(isTable ? columnsOf(text, place) : parseRecord(text, place), place);
      }
}

function identified(record: JsonRecord, place: Place): Identified {
  const name = Object.hasOwn(record, '_id') ? '_id' : 'id';
  const id = readName(field(record, name), name, place);
  if (id === undefined)
    throw refuse(
      place,
      `has no "${isTopics(place.file) ? 'num' : '_id'}"; give every record an id of its own, a string or an integer`,
    );
  return { place, id, record };
}

/** `id <tab> text` or `id <tab> title <tab> text`, without a header, as MS MARCO has them. */
function columnsOf(row: string, place: Place): JsonRecord {
  const columns = (row.endsWith('\r') ? row.slice(0, -1) : row).split('\t');
  if (columns.length !== 2 && columns.length !== 3)
    throw refuse(
      place,
      `has ${columns.length} columns; write an id and a text, or an id, a title and a text, with tabs between them`,
    );
  const [_id, ...texts] = columns;
  return { _id, text: texts.at(-1), ...(texts.length === 2 && { title: texts[0] }) };
}
