/** One line of a bench. Figures of one line were measured in turns, in one run, and are medians. */
export interface Comparison {
  work: string;
  /** What ours and peer count: 'pairs/s', 'MiB', 'CPU ms/step'. */
  unit: string;
  ours: number;
  /** Null where no peer does this work: the line is a record, not a comparison. */
  peer: number | null;
  peerName: string;
  /** Ours over peer, turned so that higher is better, of a cost too. */
  ratio: number | null;
}

/** Yields each line as soon as it is measured, so that a long bench can be watched and ended. */
export type Bench = (args: string[]) => AsyncIterable<Comparison>;

/** Of units where less is better, the ratio is the peer's over ours. */
export function compare(
  work: string,
  unit: string,
  ours: number,
  peer: number | null,
  peerName: string,
  less = false,
): Comparison {
  const ratio = peer === null ? null : less ? peer / ours : ours / peer;
  return { work, unit, ours, peer, peerName, ratio };
}

/** Markdown, as docs/performance.md has it. */
export function table(lines: Comparison[], head: boolean): string {
  const row = ({ work, unit, ours, peer, peerName, ratio }: Comparison) =>
    `| ${work} | ${unit} | ${figure(ours)} | ${figure(peer)} | ${peerName} | ${ratio === null ? '' : `${ratio.toFixed(2)}x`} |`;
  const top = ['| work | unit | ours | peer | peer is | ratio |', '|---|---|---|---|---|---|'];
  return [...(head ? top : []), ...lines.map(row)].join('\n');
}

const figure = (x: number | null) =>
  x === null ? '' : x >= 100 ? Math.round(x).toLocaleString('en-US') : x.toPrecision(3);

export const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1];
