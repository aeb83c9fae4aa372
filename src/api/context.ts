import DataLoader from 'dataloader';
import type { Config } from '#src/config.ts';
import type { EncoderPool } from '#src/embeddings/encoder.ts';
import type { EventFeed } from '#src/runs/feed.ts';
import type { Laboratory, Launch } from '#src/runs/launch.ts';

/** What a resolver may use; one object per operation, so that loaders never outlive what they have read. */
export interface Context {
  lab: Laboratory;
  config: Config;
  encoders: EncoderPool;
  feed: EventFeed;
  /** Stands in for launching where a launch is only thought through (planStudy); answers with a run's id. */
  launch?: (lab: Laboratory, spec: Launch) => Promise<string>;
}

type Batch<K, V> = (keys: readonly K[], context: Context) => Promise<readonly (V | Error)[]>;

/**
 * A DataLoader per operation for a batch function: declare it beside the SQL it runs, call it from any resolver.
 * Keys that are objects are told apart by `cacheKey`.
 */
export function batched<K, V>(batch: Batch<K, V>, cacheKey?: (key: K) => unknown) {
  const perContext = new WeakMap<Context, DataLoader<K, V, unknown>>();
  return (context: Context, key: K): Promise<V> => {
    let loader = perContext.get(context);
    if (!loader) {
      loader = new DataLoader<K, V, unknown>((keys) => batch(keys, context), {
        cacheKeyFn: cacheKey as (key: K) => unknown,
      });
      perContext.set(context, loader);
    }
    return loader.load(key);
  };
}

/** Rows in the order of the keys that asked for them; missing ones are null. */
export function inOrder<K, V>(keys: readonly K[], rows: readonly V[], keyOf: (row: V) => K): (V | null)[] {
  const byKey = new Map(rows.map((row) => [keyOf(row), row]));
  return keys.map((key) => byKey.get(key) ?? null);
}

/** Groups of rows in the order of the keys; keys without rows get an empty list. */
export function grouped<K, V>(keys: readonly K[], rows: readonly V[], keyOf: (row: V) => K): V[][] {
  const groups = new Map<K, V[]>(keys.map((key) => [key, []]));
  for (const row of rows) groups.get(keyOf(row))?.push(row);
  return keys.map((key) => groups.get(key)!);
}
