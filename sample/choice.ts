/** FNV-1a with MurmurHash3's last mix: a choice depends on what is chosen for, not on its place in the list. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (const byte of Buffer.from(text)) h = Math.imul(h ^ byte, 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

export const choose = <T>(from: T[], key: string): T => from[hash(key) % from.length];
