import { sha256 } from '#src/recipes/canonical.ts';

/**
 * The queries that select, of those given. Whole clusters go to one side or the other, in an order that hangs on seed
 * and name alone, until the share is reached: neither the order of the queries nor their languages matter, and a
 * query and its translations, which have one id, are never apart.
 *
 * @param share of the queries, in (0, 1)
 * @param clusters query -> cluster; absent: every query by itself
 */
export function selectionOf(
  queries: Iterable<string>,
  share: number,
  seed: number,
  clusters?: ReadonlyMap<string, string>,
): Set<string> {
  const members = new Map<string, string[]>();
  let all = 0;
  for (const query of new Set(queries)) {
    const cluster = clusters?.get(query) ?? `query ${query}`;
    members.set(cluster, [...(members.get(cluster) ?? []), query]);
    all++;
  }
  const order = [...members.keys()]
    .map((cluster) => ({ cluster, key: sha256(`${seed}\n${cluster}`) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const selected = new Set<string>();
  for (const { cluster } of order) {
    if (selected.size >= Math.round(share * all)) break;
    for (const query of members.get(cluster)!) selected.add(query);
  }
  return selected;
}
