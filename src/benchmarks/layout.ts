import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { badInput } from '../errors.ts';
import { language } from '../recipes/composition.ts';
import type { Direction } from './entry.ts';

/** Paths below the benchmark's folder, written with `/`. */
export interface BenchmarkFiles {
  corpus: string;
  queries: string;
  qrels: string;
}
export interface DirectionFiles extends Direction, BenchmarkFiles {
  folder: string;
}

/**
 * What a folder holds for one split: `directions`, a folder each as in BEIR (Thakur et al. 2021), named
 * `<queryLang>-<docLang>` and sorted; or `parallel`, one set of files with every text in all its languages. `ignored`
 * names the other folders. Files are `corpus.jsonl` or `.tsv`, `queries.jsonl` or `.tsv` or TREC's `topics.txt`,
 * `qrels/<split>.tsv` or `.txt`; the first two perhaps with `.gz`.
 */
export interface BenchmarkLayout {
  directions: DirectionFiles[];
  parallel: BenchmarkFiles | null;
  ignored: string[];
}

const stems = {
  corpus: ['corpus.jsonl', 'corpus.tsv'],
  queries: ['queries.jsonl', 'queries.tsv', 'topics.tsv', 'topics.txt', 'topics.trec'],
} as const;

/** @param only the direction of a folder that is one data set itself, such as BEIR's own */
export async function benchmarkLayout(
  folder: string,
  split: string,
  only?: Direction,
): Promise<BenchmarkLayout> {
  if (!(await stat(folder)).isDirectory())
    throw badInput('source', 'a benchmark is imported from a folder, not from a file');
  const names = await entriesOf(folder);
  const isData = stems.corpus.some((name) => names.has(name) || names.has(`${name}.gz`));
  if (only) {
    if (!isData)
      throw badInput('source', 'queryLang and docLang are for a folder that holds a corpus itself');
    return {
      directions: [{ ...only, folder: '', ...(await filesOf(folder, '', split)) }],
      ...{ parallel: null, ignored: [] },
    };
  }
  if (isData) return { directions: [], parallel: await filesOf(folder, '', split), ignored: [] };

  const layout: BenchmarkLayout = { directions: [], parallel: null, ignored: [] };
  for (const [name, isFolder] of [...names].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!isFolder) continue;
    const direction = directionOf(name);
    if (direction)
      layout.directions.push({ ...direction, folder: name, ...(await filesOf(folder, name, split)) });
    else layout.ignored.push(name);
  }
  if (layout.directions.length === 0)
    throw badInput(
      'source',
      'no folder is named after a direction, such as ko-en (query language, then document language), and it holds no corpus.jsonl itself',
    );
  return layout;
}

/** Every file that an import of this layout reads, for `treeDigest`. */
export const filesOfLayout = ({ directions, parallel }: BenchmarkLayout): string[] =>
  [...directions, ...(parallel ? [parallel] : [])].flatMap(({ corpus, queries, qrels }) => [
    corpus,
    queries,
    qrels,
  ]);

/** `zh-Hant-en` splits at one place only; `zh-yue-en` could be zh to yue-en or zh-yue to en and is refused. */
function directionOf(name: string): Direction | null {
  const parts = name.split('-');
  const splits = parts
    .map((_, i) => ({ queryLang: parts.slice(0, i).join('-'), docLang: parts.slice(i).join('-') }))
    .filter((d) => language.safeParse(d.queryLang).success && language.safeParse(d.docLang).success);
  if (splits.length > 1)
    throw badInput(
      name,
      `the folder ${name} can be read as ${splits.map((d) => `${d.queryLang} to ${d.docLang}`).join(' or ')}; ` +
        'give the languages tags that split in one way only',
    );
  return splits[0] ?? null;
}

async function filesOf(root: string, folder: string, split: string): Promise<BenchmarkFiles> {
  const shown = folder || 'the folder';
  const prefix = folder ? `${folder}/` : '';
  const names = await entriesOf(root, folder);
  const one = (what: keyof typeof stems) => {
    const found = stems[what]
      .flatMap((name) => [name, `${name}.gz`])
      .filter((name) => names.get(name) === false);
    const [first] = stems[what];
    if (found.length === 0) throw badInput(shown, `${shown} has no ${first} or ${first}.gz`);
    if (found.length > 1) throw badInput(shown, `${shown} has both ${found.join(' and ')}; remove one`);
    return `${prefix}${found[0]}`;
  };
  const splits = names.get('qrels') ? [...(await entriesOf(root, `${prefix}qrels`)).keys()] : [];
  const qrels = [`${split}.tsv`, `${split}.txt`].filter((name) => splits.includes(name));
  if (qrels.length === 0)
    throw badInput(
      shown,
      `${shown} has no qrels/${split}.tsv; it has ${splits.sort().join(', ') || 'no qrels at all'}`,
    );
  if (qrels.length > 1)
    throw badInput(shown, `${shown} has both qrels/${qrels.join(' and qrels/')}; remove one`);
  return { corpus: one('corpus'), queries: one('queries'), qrels: `${prefix}qrels/${qrels[0]}` };
}

/** Names in a folder, and whether each is a folder itself. Links are refused: they may lead out of the folder. */
async function entriesOf(root: string, folder = ''): Promise<Map<string, boolean>> {
  const entries = await readdir(join(root, folder), { withFileTypes: true });
  const link = entries.find((entry) => entry.isSymbolicLink());
  if (link) {
    const path = folder ? `${folder}/${link.name}` : link.name;
    throw badInput(path, `${path} is a symbolic link; put the file or folder itself there`);
  }
  return new Map(entries.map((entry) => [entry.name, entry.isDirectory()]));
}
