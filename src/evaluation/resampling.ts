/**
 * How an interval is made of resamples. PERCENTILE: the middle 95 % of them (Efron 1979). BCA: bias-corrected and
 * accelerated (Efron 1987), for skewed measures and few queries.
 */
export const intervals = ['PERCENTILE', 'BCA'] as const;
export type IntervalMethod = (typeof intervals)[number];

/**
 * What is drawn with replacement. PASSAGE: queries that share a relevant document, over any number of steps, are drawn
 * together, since what one passage is like moves them all. GROUP: queries of one `group` are drawn together.
 */
export const clusters = ['QUERY', 'PASSAGE', 'GROUP'] as const;
export type ClusterBy = (typeof clusters)[number];

/** How the interval of a score was made; stored with its convention. */
export interface IntervalRecord {
  method: IntervalMethod;
  cluster: ClusterBy;
  level: number;
  resamples: number;
  seed: number;
}

/**
 * Clusters of queries by shared relevant documents: the connected components, each named by its first query.
 * @param relevant query -> documents with a grade above 0, in whatever direction
 * @returns query -> cluster
 */
export function passageClusters(relevant: ReadonlyMap<string, Iterable<string>>): Map<string, string> {
  const parent = new Map<string, string>();
  function rootOf(query: string): string {
    let root = query;
    while (parent.get(root) !== root) root = parent.get(root)!;
    for (let at = query; at !== root; ) {
      const next = parent.get(at)!;
      parent.set(at, root);
      at = next;
    }
    return root;
  }
  const firstOf = new Map<string, string>();
  for (const [query, documents] of relevant) {
    if (!parent.has(query)) parent.set(query, query);
    for (const document of documents) {
      const first = firstOf.get(document);
      if (first === undefined) firstOf.set(document, query);
      else parent.set(rootOf(query), rootOf(first));
    }
  }
  return new Map([...relevant.keys()].map((query) => [query, rootOf(query)]));
}

/** Names of clusters as numbers from 0, in the order of the rows. */
export function clusterIndex(names: readonly string[]): Int32Array {
  const known = new Map<string, number>();
  return Int32Array.from(names, (name) => {
    if (!known.has(name)) known.set(name, known.size);
    return known.get(name)!;
  });
}
