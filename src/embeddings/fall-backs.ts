/**
 * How often the index was asked in vain under a filter lately. Where a filter goes against the neighbourhoods, such as
 * Korean texts for English questions, nearly every search pays for the index and then for comparing everything; so
 * the planner counts that in. It depends on the questions and not on the filter alone, so it fades.
 */
const keptFilters = 256;
const shares = new Map<string, number>();

/** 0: never, or nothing is known; 1: always. */
export const fallBackShare = (key: string) => shares.get(key) ?? 0;

/** Notes whether a search fell back; null: it did not ask the index. */
export function noteFallBack(key: string, fellBack: boolean | null) {
  const before = shares.get(key);
  if (before === undefined && !fellBack) return;
  const known = before ?? 0;
  shares.delete(key);
  shares.set(key, fellBack === null ? 0.99 * known : (known + Number(fellBack)) / 2);
  if (shares.size > keptFilters) shares.delete(shares.keys().next().value!);
}
