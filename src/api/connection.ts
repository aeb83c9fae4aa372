import { badInput } from '#src/errors.ts';

/** Relay's arguments; nulls as clients send them. */
export interface PageArgs {
  first?: number | null;
  last?: number | null;
  after?: string | null;
  before?: string | null;
}

export const defaultPage = 20;
export const largestPage = 100;

/** How many rows `first` asks for; throws for sizes that are no sizes. */
export function pageSize(first: number | null | undefined, path = 'first', largest = largestPage): number {
  const size = first ?? defaultPage;
  if (size < 1 || size > largest)
    throw badInput(path, `${path} is ${size}; ask for 1 to ${largest} at a time`);
  return size;
}

export const encodeCursor = (...keys: (string | number)[]) =>
  Buffer.from(JSON.stringify(keys)).toString('base64url');

export function decodeCursor(cursor: string, length: number, path = 'after'): string[] {
  try {
    const keys = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (
      Array.isArray(keys) &&
      keys.length === length &&
      keys.every((k) => typeof k === 'string' || typeof k === 'number')
    )
      return keys.map(String);
  } catch {}
  throw badInput(path, `"${cursor.slice(0, 100)}" is not a cursor of this list`);
}

/**
 * A forward Relay page: `fetch` is given the decoded cursor and reads one row more than asked for, which answers
 * hasNextPage without counting. Backward paging is refused rather than half-done: turn the order around instead.
 */
export async function page<T>(
  args: PageArgs,
  cursorOf: (row: T) => (string | number)[],
  cursorLength: number,
  fetch: (after: string[] | null, limit: number) => Promise<T[]>,
  totalCount: () => Promise<number>,
) {
  if (args.last != null || args.before != null)
    throw badInput(
      'last',
      'lists are paged forward with first and after; to read from the end turn the order around',
    );
  const size = pageSize(args.first);
  const after = args.after == null ? null : decodeCursor(args.after, cursorLength);
  const rows = await fetch(after, size + 1);
  const edges = rows.slice(0, size).map((node) => ({ node, cursor: encodeCursor(...cursorOf(node)) }));
  return {
    edges,
    pageInfo: {
      hasNextPage: rows.length > size,
      hasPreviousPage: after !== null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    totalCount,
  };
}
