import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { badInput } from '../errors.ts';
import { language } from '../recipes/composition.ts';
import type { Direction } from './entry.ts';

/** One direction's folder: paths below the benchmark's folder, written with `/`. */
export interface BeirDirection extends Direction {
  folder: string;
  corpus: string;
  queries: string;
  qrels: string;
}

/**
 * What a folder in BEIR's layout (Thakur et al. 2021) holds for one split, one folder per direction:
 * `<queryLang>-<docLang>/{corpus.jsonl,queries.jsonl,qrels/<split>.tsv}`, the JSONL files perhaps with `.gz`.
 * Sorted by folder. `ignored` names the other folders.
 */
export interface BeirLayout {
  directions: BeirDirection[];
  ignored: string[];
}

export async function beirLayout(folder: string, split: string): Promise<BeirLayout> {
  const layout: BeirLayout = { directions: [], ignored: [] };
  if (!(await stat(folder)).isDirectory())
    throw badInput('source', 'a benchmark is imported from a folder in the BEIR layout, not from a file');
  const names = await entriesOf(folder);
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
      names.has('corpus.jsonl') || names.has('corpus.jsonl.gz')
        ? 'the folder is a single BEIR data set; put it into a folder named after its direction, such as ko-en ' +
            '(query language, then document language), and import the folder above'
        : 'no folder is named after a direction, such as ko-en (query language, then document language)',
    );
  return layout;
}

/** Every file that an import of this layout reads, for `treeDigest`. */
export const beirFiles = ({ directions }: BeirLayout): string[] =>
  directions.flatMap(({ corpus, queries, qrels }) => [corpus, queries, qrels]);

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

async function filesOf(root: string, folder: string, split: string) {
  const names = await entriesOf(root, folder);
  const jsonl = (stem: string) => {
    const found = [`${stem}.jsonl`, `${stem}.jsonl.gz`].filter((name) => names.get(name) === false);
    if (found.length === 0) throw badInput(folder, `${folder} has no ${stem}.jsonl or ${stem}.jsonl.gz`);
    if (found.length > 1) throw badInput(folder, `${folder} has both ${found.join(' and ')}; remove one`);
    return `${folder}/${found[0]}`;
  };
  const splits = names.get('qrels') ? [...(await entriesOf(root, `${folder}/qrels`)).keys()] : [];
  if (!splits.includes(`${split}.tsv`))
    throw badInput(
      folder,
      `${folder} has no qrels/${split}.tsv; it has ${splits.sort().join(', ') || 'no qrels at all'}`,
    );
  return { corpus: jsonl('corpus'), queries: jsonl('queries'), qrels: `${folder}/qrels/${split}.tsv` };
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
