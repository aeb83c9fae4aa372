import { escaped } from '#src/api/document.ts';
import { paretoFront } from '#src/evaluation/frontier.ts';
import { runPage } from '#src/runs/routes.ts';
import { rowName, type StudyTable } from '../results.ts';
import type { Figure } from '../table.ts';
import type { Curve } from './content.ts';

const width = 640;
const height = 420;
const margin = { left: 56, right: 16, top: 16, bottom: 44 };

interface Axis {
  low: number;
  high: number;
  ticks: number[];
  at(value: number): number;
}

/** A linear axis over the values with a little room, and round ticks. */
function axis(values: number[], from: number, to: number): Axis {
  const [min, max] = [Math.min(...values), Math.max(...values)];
  const room = (max - min || Math.abs(max) || 1) * 0.06;
  const [low, high] = [min - room, max + room];
  const rough = (high - low) / 5;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = magnitude * ([1, 2, 5, 10].find((m) => m * magnitude >= rough) ?? 10);
  const ticks: number[] = [];
  for (let tick = Math.ceil(low / step) * step; tick <= high; tick += step)
    ticks.push(Number(tick.toPrecision(10)));
  return { low, high, ticks, at: (value) => from + ((value - low) / (high - low)) * (to - from) };
}

const px = (n: number) => n.toFixed(1);

function frame(x: Axis, y: Axis, xLabel: string, yLabel: string, body: string[], title: string): string {
  const bottom = height - margin.bottom;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" font-family="sans-serif" font-size="11">`,
    `<title>${escaped(title)}</title>`,
    ...x.ticks.map(
      (t) =>
        `<line x1="${px(x.at(t))}" x2="${px(x.at(t))}" y1="${margin.top}" y2="${bottom}" stroke="#eee"/><text x="${px(x.at(t))}" y="${bottom + 16}" text-anchor="middle">${t}</text>`,
    ),
    ...y.ticks.map(
      (t) =>
        `<line x1="${margin.left}" x2="${width - margin.right}" y1="${px(y.at(t))}" y2="${px(y.at(t))}" stroke="#eee"/><text x="${margin.left - 6}" y="${px(y.at(t) + 4)}" text-anchor="end">${t}</text>`,
    ),
    `<text x="${(margin.left + width) / 2}" y="${height - 8}" text-anchor="middle">${escaped(xLabel)}</text>`,
    `<text transform="translate(14 ${height / 2}) rotate(-90)" text-anchor="middle">${escaped(yLabel)}</text>`,
    ...body,
    '</svg>',
  ].join('\n');
}

interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}
const overlap = (a: Box, b: Box) =>
  Math.max(0, Math.min(a.right, b.right) - Math.max(a.left, b.left)) *
  Math.max(0, Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top));

/**
 * Where names of points are written: of eight places around a point the first that covers least of other points, of
 * names written before and of what lies outside. 6.2 px a letter is the mean of a sans-serif of 11 px.
 */
function labels(points: { x: number; y: number }[]) {
  const taken: Box[] = points.map(({ x, y }) => ({ left: x - 4, right: x + 4, top: y - 4, bottom: y + 4 }));
  const far = 1e5;
  taken.push(
    { left: -far, right: margin.left, top: -far, bottom: far },
    { left: width - margin.right, right: far, top: -far, bottom: far },
  );
  return (x: number, y: number, name: string) => {
    const long = 6.2 * name.length;
    const places = [-5, 14, -17, 26].flatMap((dy) =>
      (['start', 'end'] as const).map((anchor) => {
        const at = anchor === 'start' ? x + 6 : x - 6;
        const left = anchor === 'start' ? at : at - long;
        const box = { left, right: left + long, top: y + dy - 10, bottom: y + dy + 2 };
        return { x: at, y: y + dy, anchor, box, covered: taken.reduce((sum, b) => sum + overlap(b, box), 0) };
      }),
    );
    const best = places.reduce((a, b) => (b.covered < a.covered ? b : a));
    taken.push(best.box);
    return best;
  };
}

const colours: Record<string, string> = {
  BASELINE: '#888888',
  BASE: '#333333',
  COMPOSITION: '#1f77b4',
  UNION: '#9467bd',
  MERGE: '#d62728',
};

export function tradeOff({ benchmark, metric, rows }: StudyTable): string | null {
  const marks = rows.flatMap(({ mono, clir, cell, runs }): Mark[] => {
    if (!mono || !clir) return [];
    const name = rowName(cell, rows);
    return [{ name, colour: colours[cell.role], href: runPage(runs[0]), x: bounded(clir), y: bounded(mono) }];
  });
  return marks.length === 0 ? null : tradeOffPlot(marks, `${benchmark}, ${metric}: Mono against CLIR`);
}

const bounded = ({ value, ci }: Figure): Bounded => ({
  ...{ value, low: ci?.low ?? value, high: ci?.high ?? value },
});

/** A figure with its interval, which is the figure itself where there is none. */
interface Bounded {
  value: number;
  low: number;
  high: number;
}

/** A system in a drawing of Mono (y) against CLIR (x). */
export interface Mark {
  name: string;
  colour: string;
  /** Where a click on it leads. */
  href: string;
  x: Bounded;
  y: Bounded;
  /** Its name is shown beside it; one among hundreds has it as a tooltip alone. */
  isNamed?: boolean;
}

/** Mono against CLIR with intervals; the line joins the systems that no other beats on both. */
export function tradeOffPlot(marks: Mark[], title: string): string {
  const of = ({ value, low, high }: Bounded) => [value, low, high].map((v) => 100 * v);
  const x = axis(
    marks.flatMap((p) => of(p.x)),
    margin.left,
    width - margin.right,
  );
  const y = axis(
    marks.flatMap((p) => of(p.y)),
    height - margin.bottom,
    margin.top,
  );
  const onFront = paretoFront(marks.map((p) => ({ mono: p.y.value, clir: p.x.value })));
  const front = marks.filter((_, i) => onFront[i]).sort((a, b) => a.x.value - b.x.value);
  const place = labels(marks.map((p) => ({ x: x.at(100 * p.x.value), y: y.at(100 * p.y.value) })));
  const body = marks.map((p) => {
    const [cx, left, right] = of(p.x).map((v) => px(x.at(v)));
    const [cy, low, high] = of(p.y).map((v) => px(y.at(v)));
    const { colour, isNamed = true } = p;
    const label = isNamed ? place(x.at(100 * p.x.value), y.at(100 * p.y.value), p.name) : null;
    return [
      `<a href="${p.href}"><title>${escaped(p.name)}</title>`,
      `<path d="M${left} ${cy}H${right}M${cx} ${low}V${high}" stroke="${colour}" stroke-opacity=".35"/>`,
      `<circle cx="${cx}" cy="${cy}" r="4" fill="${colour}"/>`,
      label &&
        `<text x="${px(label.x)}" y="${px(label.y)}" text-anchor="${label.anchor}" fill="${colour}">${escaped(p.name)}</text>`,
      '</a>',
    ]
      .filter(Boolean)
      .join('');
  });
  const line = front
    .map((p, i) => `${i ? 'L' : 'M'}${px(x.at(100 * p.x.value))} ${px(y.at(100 * p.y.value))}`)
    .join('');
  body.unshift(`<path d="${line}" fill="none" stroke="#d62728" stroke-dasharray="4 3" stroke-opacity=".6"/>`);
  return frame(x, y, 'CLIR (x 100)', 'Mono (x 100)', body, title);
}

const lines = ['#1f77b4', '#d62728', '#2ca02c', '#9467bd', '#ff7f0e', '#8c564b', '#17becf', '#e377c2'];

export function learningCurves(curves: Curve[]): string | null {
  const drawn = curves.filter((curve) => curve.points.length > 1);
  if (drawn.length === 0) return null;
  const x = axis(
    drawn.flatMap((c) => c.points.map((p) => p.step)),
    margin.left,
    width - margin.right,
  );
  const y = axis(
    drawn.flatMap((c) => c.points.map((p) => p.value)),
    height - margin.bottom,
    margin.top,
  );
  const body = drawn.flatMap(({ name, points }, i) => {
    const colour = lines[i % lines.length];
    const path = points.map((p, k) => `${k ? 'L' : 'M'}${px(x.at(p.step))} ${px(y.at(p.value))}`).join('');
    const label =
      i < 16
        ? `<text x="${width - margin.right - 4}" y="${margin.top + 12 + 13 * i}" text-anchor="end" fill="${colour}">${escaped(name)}</text>`
        : '';
    return [
      `<path d="${path}" fill="none" stroke="${colour}" stroke-opacity=".8"><title>${escaped(name)}</title></path>${label}`,
    ];
  });
  return frame(x, y, 'step', 'loss', body, 'Learning curves');
}
