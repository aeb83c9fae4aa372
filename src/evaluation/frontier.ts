/** A system by two figures that are both better when greater. */
export interface TradeOff {
  mono: number;
  clir: number;
}

/**
 * Pareto's front: whether no other point is at least as good by both figures and better by one. Equal points are on it
 * together. O(n log n): from the greatest CLIR down a point is on the front when its Mono is above all before it.
 */
export function paretoFront(points: readonly TradeOff[]): boolean[] {
  const order = points
    .map((_, i) => i)
    .sort((a, b) => points[b].clir - points[a].clir || points[b].mono - points[a].mono);
  const on = points.map(() => false);
  let last: TradeOff | null = null;
  for (const i of order) {
    const { mono, clir } = points[i];
    on[i] = !last || mono > last.mono || (mono === last.mono && clir === last.clir);
    if (on[i]) last = points[i];
  }
  return on;
}
