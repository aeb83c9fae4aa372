import { badInput } from '#src/errors.ts';
import type { StudySpec } from './spec.ts';

/** A composition of a study: a name, and components whose shares are relative. */
export interface NamedComposition {
  name: string;
  components: StudyComponent[];
}

export interface StudyComponent {
  corpus: string;
  pairing: 'PASSAGE' | 'TRANSLATION' | 'NEIGHBOUR' | 'PARAPHRASE';
  queryLang: string;
  positiveLang: string;
  negativeLangs?: string[];
  share: number;
}

interface Weighted {
  queryLang: string;
  positiveLang: string;
  share: number;
}

/** Directions drawn from every source: the share of a component is the product of the two. */
export function overSources(sources: StudySpec['sources'], directions: Weighted[]): StudyComponent[] {
  return sources.flatMap(({ corpus, pairing, share }) =>
    directions.map((d) => ({
      corpus,
      pairing,
      queryLang: d.queryLang,
      positiveLang: d.positiveLang,
      share: share * d.share,
    })),
  );
}

/** Every composition of a study, presets and grids spelled out, in the order written. Throws on a name given twice. */
export function compositionsOf({ languages, sources, compositions }: StudySpec): NamedComposition[] {
  const each = languages.flatMap((queryLang) =>
    languages.map((positiveLang) => ({ queryLang, positiveLang, share: 1 })),
  );
  const mono = each.filter((d) => d.queryLang === d.positiveLang);
  const cross = each.filter((d) => d.queryLang !== d.positiveLang);
  const over = (name: string, directions: Weighted[]) => ({
    name,
    components: overSources(sources, directions),
  });
  const singles = () => each.map((d) => over(`${d.queryLang}-${d.positiveLang}`, [d]));
  const spelled: Record<string, () => NamedComposition[]> = {
    DIRECTIONS: singles,
    MONO: () => [over('mono', mono)],
    CROSS: () => [over('cross', cross)],
    ALL: () => [over('all', each)],
    PAPER: () => [...singles(), over('mono', mono), over('cross', cross), over('all', each)],
  };

  const result = compositions.flatMap((composition, i) => {
    const at = `compositions[${i}]`;
    const needsSources = typeof composition === 'string' || 'grid' in composition || composition.directions;
    if (needsSources && sources.length === 0)
      throw badInput('sources', `${at} draws its directions from sources, and the study names none`);
    if (typeof composition === 'string') return spelled[composition]();
    if ('grid' in composition) return gridOf(composition.grid, over);
    if (composition.directions) return [over(composition.name, composition.directions)];
    return [{ name: composition.name, components: composition.components! }];
  });
  const seen = new Set<string>(['BASE']);
  for (const { name } of result) {
    if (seen.has(name)) throw badInput('compositions', `two compositions are called "${name}"`);
    seen.add(name);
  }
  return result;
}

type Grid = Extract<StudySpec['compositions'][number], { grid: unknown }>['grid'];

/** The product of the axes; points where nothing is left, or that only rescale an earlier one, are skipped. */
function gridOf(
  axes: Grid,
  over: (name: string, directions: Weighted[]) => NamedComposition,
): NamedComposition[] {
  const points = axes.reduce<Weighted[][]>(
    (sofar, { queryLang, positiveLang, shares }) =>
      sofar.flatMap((point) => shares.map((share) => [...point, { queryLang, positiveLang, share }])),
    [[]],
  );
  const seen = new Set<string>();
  return points.flatMap((point) => {
    const total = point.reduce((sum, d) => sum + d.share, 0);
    const kept = point.filter((d) => d.share > 0).map((d) => ({ ...d, share: d.share / total }));
    if (kept.length === 0) return [];
    const name = kept.map((d) => `${d.queryLang}-${d.positiveLang}.${round(d.share)}`).join('_');
    if (seen.has(name)) return [];
    seen.add(name);
    return [over(name, kept)];
  });
}

const round = (share: number) => String(Math.round(share * 1000) / 1000);

/** How many a grid would spell out at most, without spelling it out. */
export const gridSize = (axes: Grid) => axes.reduce((size, { shares }) => size * shares.length, 1);
