/**
 * Share of the k first of either list that the other has among its k first, 0 to 1: |A and B| / k, over the shorter k
 * where both lists are shorter. NaN when both are empty.
 */
export function overlapAt<T>(a: readonly T[], b: readonly T[], k: number): number {
  const first = new Set(a.slice(0, k));
  const common = b.slice(0, k).filter((item) => first.has(item)).length;
  return common / Math.min(k, Math.max(a.length, b.length));
}

/**
 * Rank-biased overlap, extrapolated (Webber, Moffat and Zobel 2010, equation 32, for lists of unlike lengths): 1 for
 * one ranking twice, 0 for disjoint ones. NaN when both are empty.
 */
export function rankBiasedOverlap<T>(a: readonly T[], b: readonly T[], p: number): number {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  const [s, l] = [short.length, long.length];
  if (l === 0) return Number.NaN;
  if (s === 0) return 0;
  const seen = new Set<T>();
  let overlap = 0;
  let atShort = 0;
  let sum = 0;
  for (let d = 1; d <= l; d++) {
    for (const item of [d <= s ? short[d - 1] : undefined, long[d - 1]])
      if (item !== undefined) {
        if (seen.has(item)) overlap++;
        seen.add(item);
      }
    if (d === s) atShort = overlap;
    const weight = p ** d;
    sum += (overlap / d) * weight;
    if (d > s) sum += ((atShort * (d - s)) / (s * d)) * weight;
  }
  return ((1 - p) / p) * sum + ((overlap - atShort) / l + atShort / s) * p ** l;
}
