import type { Encoder } from './encode.ts';

/**
 * Encoders that stay open between requests, by the digest of their model. When their weights take more than
 * `maxBytes` together, the least recently used are closed; the one just asked for stays, whatever its size. One
 * request at a time: an encoder is not to be used while another is asked for.
 */
export function keepLoaded(open: (dir: string) => Promise<Encoder>, maxBytes: number) {
  // A Map keeps the order of insertion, so the first is the one whose last use is longest ago.
  const loaded = new Map<string, Encoder>();
  return async (digest: string, dir: string): Promise<Encoder> => {
    const encoder = loaded.get(digest) ?? (await open(dir));
    loaded.delete(digest);
    loaded.set(digest, encoder);
    let bytes = 0;
    for (const { bytes: each } of loaded.values()) bytes += each;
    for (const [oldest, { bytes: each, close }] of loaded) {
      if (bytes <= maxBytes || oldest === digest) break;
      loaded.delete(oldest);
      bytes -= each;
      await close();
    }
    return encoder;
  };
}
