import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type tar from 'tar-stream';
import { linesOfFile } from '#src/corpora/lines.ts';
import type { BenchmarkEntry, Direction } from './entry.ts';

/** Which content a file has: directions share queries of one language, and documents. */
const contents = {
  queries: ({ queryLang }: Direction) => `queries ${queryLang}`,
  corpus: ({ docLang }: Direction) => `corpus ${docLang}`,
  qrels: ({ queryLang, docLang }: Direction) => `qrels ${queryLang} ${docLang}`,
};

/** The line that an entry is, and the content it belongs to. */
function lineOf(entry: BenchmarkEntry): [content: string, line: string] {
  if (entry.type === 'qrel')
    return [contents.qrels(entry), `${entry.query}\t${entry.document}\t${entry.grade}\n`];
  const { type, id, language, text } = entry;
  if (type === 'query') {
    const record = { _id: id, text, ...(entry.group !== undefined && { group: entry.group }) };
    return [contents.queries({ queryLang: language, docLang: '' }), `${JSON.stringify(record)}\n`];
  }
  const record = { _id: id, title: entry.title ?? '', text };
  return [contents.corpus({ queryLang: '', docLang: language }), `${JSON.stringify(record)}\n`];
}

const header = 'query-id\tcorpus-id\tscore\n';

/**
 * Packs a benchmark in BEIR's layout, a folder per direction, as `importBenchmark` reads it: imported again, with
 * groupField "group" where it has groups, it has the digest that it had. The normalised file is read once for the
 * sizes, which tar wants first, and once for every file.
 */
export async function packBenchmark(
  pack: tar.Pack,
  normalised: string,
  directions: readonly Direction[],
): Promise<void> {
  const sizes = new Map<string, number>();
  for await (const [content, line] of linesOf(normalised))
    sizes.set(content, (sizes.get(content) ?? 0) + Buffer.byteLength(line));
  for (const direction of directions) {
    const folder = `${direction.queryLang}-${direction.docLang}`;
    const put = async (path: string, content: string, head: string) => {
      const size = head.length + (sizes.get(content) ?? 0);
      const entry = pack.entry({ name: `${folder}/${path}`, size, mtime: new Date(0), mode: 0o644 });
      await pipeline(Readable.from(partOf(normalised, content, head)), entry as unknown as Writable);
    };
    await put('queries.jsonl', contents.queries(direction), '');
    await put('corpus.jsonl', contents.corpus(direction), '');
    await put('qrels/test.tsv', contents.qrels(direction), header);
  }
  pack.finalize();
}

async function* linesOf(normalised: string): AsyncGenerator<[content: string, line: string]> {
  for await (const line of linesOfFile(normalised))
    if (line !== '') yield lineOf(JSON.parse(line) as BenchmarkEntry);
}

async function* partOf(normalised: string, wanted: string, head: string) {
  let part = head;
  for await (const [content, line] of linesOf(normalised)) {
    if (content !== wanted) continue;
    part += line;
    if (part.length < 1 << 16) continue;
    yield part;
    part = '';
  }
  if (part) yield part;
}
