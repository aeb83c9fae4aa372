/**
 * Order of strings by code point, which is also the order of their UTF-8 bytes. JavaScript's `<` compares UTF-16
 * units and puts the surrogates of U+10000 and beyond before U+E000..U+FFFF.
 */
export function byCodePoint(a: string, b: string): number {
  const end = Math.min(a.length, b.length);
  for (let i = 0; i < end; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

const rank = (unit: number) => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);
