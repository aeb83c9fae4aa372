/**
 * A place in the order of a series of magnitudes, largest first, of equal ones the earlier first. What comes before it
 * has a greater magnitude, or the same and a place up to `last`.
 */
export interface Boundary {
  /** Bits of the magnitude as fp32; they order as the numbers do. */
  bits: number;
  last: number;
}

/** The bits of |x| as fp32. */
const sign = 0x8000_0000;
export const everything: Boundary = { bits: -1, last: -1 };
export const nothing: Boundary = { bits: sign, last: -1 };

export const isBefore = ({ bits, last }: Boundary, magnitude: number, at: number) =>
  magnitude > bits || (magnitude === bits && at <= last);

/** Magnitudes of several series, stretch by stretch; bits of fp32 without the sign. */
export type Magnitudes = () => Iterable<{ start: number; series: Uint32Array[] }>;

const lowBits = 15;

/**
 * For each series the boundaries after its `counts` greatest. Two passes over histograms of 16 and 15 bits find the
 * magnitude, a third its last place where only some of the equal ones belong before: no sort, no copy, memory of a
 * quarter of a megabyte a series. (A full sort of 22.7 million numbers took 4.6 s where selection takes 0.26 s.)
 */
export function boundaries(magnitudes: Magnitudes, size: number, counts: number[][]): Boundary[][] {
  const high = counts.map(() => new Uint32Array(1 << (31 - lowBits)));
  for (const { series } of magnitudes())
    series.forEach((bits, s) => {
      const histogram = high[s];
      for (let i = 0; i < bits.length; i++) histogram[bits[i] >>> lowBits]++;
    });
  // Boundaries at both ends are known without looking further.
  const open = counts.flatMap((of, s) =>
    of.flatMap((count, b) => (count > 0 && count < size ? [{ s, b, ...reach(high[s], count) }] : [])),
  );
  const low = open.map(() => new Uint32Array(1 << lowBits));
  if (open.length)
    for (const { series } of magnitudes())
      open.forEach(({ s, bin }, o) => {
        const [bits, histogram] = [series[s], low[o]];
        for (let i = 0; i < bits.length; i++) if (bits[i] >>> lowBits === bin) histogram[bits[i] & 0x7fff]++;
      });
  const found = open.map(({ s, b, bin, rest }, o) => {
    const fine = reach(low[o], rest);
    const all = low[o][fine.bin] === fine.rest;
    return { s, b, bits: bin * 2 ** lowBits + fine.bin, rest: fine.rest, last: all ? size : -1 };
  });
  const partial = found.filter(({ last }) => last < 0);
  if (partial.length)
    for (const { start, series } of magnitudes())
      for (const place of partial) {
        const bits = series[place.s];
        for (let i = 0; i < bits.length && place.rest > 0; i++)
          if (bits[i] === place.bits && --place.rest === 0) place.last = start + i;
      }
  const result = counts.map((of) => of.map((count) => (count <= 0 ? nothing : everything)));
  for (const { s, b, bits, last } of found) result[s][b] = { bits, last };
  return result;
}

/** The bin, from the top, in which the count is reached, and how many of it are needed. */
function reach(histogram: Uint32Array, count: number): { bin: number; rest: number } {
  let bin = histogram.length - 1;
  let rest = count;
  while (histogram[bin] < rest) rest -= histogram[bin--];
  return { bin, rest };
}
