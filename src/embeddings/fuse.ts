import { badInput } from '#src/errors.ts';

/** How texts found by vectors and by words become one list. */
export interface Fusion {
  /** What is added to ranks: the larger, the less the first ranks stand out. Cormack et al. took 60. */
  k: number;
  vectorWeight: number;
  lexicalWeight: number;
  /** Texts taken of each way. */
  depth: number;
}
export type FusionInput = { [Field in keyof Fusion]?: Fusion[Field] | null };

export const usualFusion: Fusion = { k: 60, vectorWeight: 1, lexicalWeight: 1, depth: 100 };
const largest = { k: 10_000, weight: 1000, depth: 1000 };

/** Throws BAD_USER_INPUT for a fusion that cannot be, or that nothing would be done with. */
export function checkFusion(mode: string, input: FusionInput | null | undefined): Fusion {
  const at = 'input.fusion';
  if (input && mode !== 'HYBRID') throw badInput(at, `fusion is for HYBRID searches; this one is ${mode}`);
  const given = Object.entries(input ?? {}).filter(([, value]) => value != null);
  const fusion: Fusion = { ...usualFusion, ...Object.fromEntries(given) };
  if (!(fusion.k >= 0 && fusion.k <= largest.k))
    throw badInput(`${at}.k`, `k is ${fusion.k}; 0 to ${largest.k} are taken`);
  for (const field of ['vectorWeight', 'lexicalWeight'] as const)
    if (!(fusion[field] >= 0 && fusion[field] <= largest.weight))
      throw badInput(`${at}.${field}`, `the weight is ${fusion[field]}; 0 to ${largest.weight} are taken`);
  if (fusion.vectorWeight + fusion.lexicalWeight === 0)
    throw badInput(at, 'both weights are 0, so nothing would be ranked');
  if (!(fusion.depth >= 1 && fusion.depth <= largest.depth))
    throw badInput(`${at}.depth`, `depth is ${fusion.depth}; 1 to ${largest.depth} are taken`);
  return fusion;
}

export interface Fused {
  ordinal: number;
  /** Sum of weight / (k + rank) over the lists that have it. */
  score: number;
  /** By list, from 1; null where it is not in the list. */
  ranks: (number | null)[];
}

/**
 * Reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009). Equal scores are ordered by the rank in the first
 * list, then the second, and so on; what a list does not have comes after what it has.
 * @param lists ordinals, best first, none twice
 */
export function fuse(lists: readonly (readonly number[])[], weights: readonly number[], k: number): Fused[] {
  const found = new Map<number, Fused>();
  lists.forEach((list, l) => {
    list.forEach((ordinal, i) => {
      const one = found.get(ordinal) ?? { ordinal, score: 0, ranks: lists.map(() => null) };
      found.set(ordinal, one);
      one.ranks[l] = i + 1;
      one.score += weights[l] / (k + i + 1);
    });
  });
  return [...found.values()].sort((x, y) => y.score - x.score || byRanks(x.ranks, y.ranks));
}

function byRanks(x: Fused['ranks'], y: Fused['ranks']): number {
  const l = x.findIndex((rank, i) => rank !== y[i]);
  return (x[l] ?? Number.MAX_SAFE_INTEGER) - (y[l] ?? Number.MAX_SAFE_INTEGER);
}
