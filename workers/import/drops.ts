import { EXAMPLES } from './limits.ts';
import type { Place } from './place.ts';

export interface DropExample extends Place {
  id?: string;
}
export type Dropped = Record<string, { count: number; examples: DropExample[] }>;

/** Counts what an import left out, by reason, and keeps the first places of each. */
export function dropTally() {
  const dropped: Dropped = {};
  return {
    dropped,
    add(reason: string, example: DropExample) {
      dropped[reason] ??= { count: 0, examples: [] };
      const tally = dropped[reason];
      tally.count++;
      if (tally.examples.length < EXAMPLES) tally.examples.push(example);
    },
    /** `EMPTY 3, DUPLICATE 12`, for messages. */
    summary: () =>
      Object.entries(dropped)
        .map(([reason, { count }]) => `${reason} ${count}`)
        .join(', '),
  };
}
