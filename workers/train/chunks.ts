/**
 * Cuts the sequences of a batch into parts that are encoded one after another, each with about the tokens that
 * `miniBatch` of its rows have. Parts are cut along length, not along rows, so that in each of them sequences are
 * nearly equally long; which of them share a part changes nothing but rounding.
 *
 * @param lengths tokens of each sequence, two at least
 * @returns numbers of sequences, at least two a part
 */
export function chunksOf(lengths: readonly number[], rows: number, miniBatch: number): Int32Array[] {
  const order = Int32Array.from(lengths.keys()).sort((a, b) => lengths[a] - lengths[b] || a - b);
  const total = lengths.reduce((a, b) => a + b, 0);
  const budget = (total * Math.min(miniBatch, rows)) / rows;
  const starts: number[] = [0];
  let tokens = 0;
  order.forEach((sequence, i) => {
    const full = tokens + lengths[sequence] > budget;
    if (full && i - starts.at(-1)! >= 2 && order.length - i >= 2) {
      starts.push(i);
      tokens = 0;
    }
    tokens += lengths[sequence];
  });
  return starts.map((start, c) => order.subarray(start, starts[c + 1] ?? order.length));
}
