import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { holm, pairedRandomization } from '#src/evaluation/statistics.ts';
import type { Cell } from '#src/studies/plan.ts';
import { type Measured, studyTable } from '#src/studies/table.ts';

const cell = (role: Cell['role'], name: string, seed: number | null, over: Partial<Cell> = {}): Cell => ({
  role,
  base: role === 'BASELINE' ? null : 'base',
  name,
  factors: {},
  seed,
  benchmark: 'b',
  ...over,
});
const ids = (n: number) => Array.from({ length: n }, (_, i) => `q${i}`);
const measured = (
  of: Cell,
  queryLang: string,
  docLang: string,
  values: number[],
  queryIds = ids(values.length),
): Measured => ({
  cell: of,
  run: `${of.name}-${of.seed}`,
  queryLang,
  docLang,
  queryIds,
  values,
});
const close = (actual: number, expected: number) =>
  assert.ok(Math.abs(actual - expected) < 1e-12, `${actual} is not ${expected}`);

describe('study table', () => {
  test('seeds are averaged query by query; their spread is the standard deviation of their means', () => {
    const [row] = studyTable([
      measured(cell('COMPOSITION', 'mono', 1), 'ko', 'ko', [0.2, 0.4, 0.6]),
      measured(cell('COMPOSITION', 'mono', 2), 'ko', 'ko', [0.4, 0.8, 1]),
    ]);
    close(row.directions[0].value, (0.3 + 0.6 + 0.8) / 3);
    close(row.directions[0].seedSd!, Math.abs(0.4 - 2.2 / 3) / Math.SQRT2);
    assert.deepEqual(row.seeds, [1, 2]);
    assert.deepEqual(row.runs, ['mono-1', 'mono-2']);
    assert.equal(row.deltaMono, null);
    assert.equal(row.gap, null);
  });

  test('Mono and CLIR are means over directions, the gap is their difference; constant values have no width', () => {
    const c = cell('COMPOSITION', 'all', 1);
    const [row] = studyTable([
      measured(c, 'ko', 'ko', [0.9, 0.9]),
      measured(c, 'en', 'en', [0.7, 0.7]),
      measured(c, 'ko', 'en', [0.5, 0.5]),
      measured(c, 'en', 'ko', [0.1, 0.1]),
    ]);
    close(row.mono!.value, 0.8);
    close(row.clir!.value, 0.3);
    close(row.gap!.value, 0.5);
    close(row.gap!.ci!.low, 0.5);
    close(row.gap!.ci!.high, 0.5);
    assert.equal(row.mono!.seedSd, null);
  });

  test('differences are against the base of the row, paired by query, adjusted over the whole table', () => {
    const n = 40;
    const noise = Array.from({ length: n }, (_, i) => ((i * 7919) % 97) / 97);
    const base = cell('BASE', 'base', null);
    const better = cell('COMPOSITION', 'better', 1);
    const same = cell('COMPOSITION', 'same', 1);
    const rows = studyTable([
      measured(cell('BASELINE', 'bm25', null), 'ko', 'en', noise),
      measured(base, 'ko', 'ko', noise),
      measured(base, 'ko', 'en', noise),
      measured(
        better,
        'ko',
        'ko',
        noise.map((x, i) => x + (i % 3 ? 0.05 : -0.02)),
      ),
      measured(
        better,
        'ko',
        'en',
        noise.map((x) => x + 0.2),
      ),
      measured(same, 'ko', 'ko', noise),
      measured(same, 'ko', 'en', [...noise].reverse(), ids(n).reverse()),
    ]);
    const row = (name: string) => rows.find((r) => r.cell.name === name)!;
    assert.equal(row('bm25').deltaClir, null);
    assert.equal(row('base').deltaClir, null);
    const { deltaClir, deltaMono } = row('better');
    close(deltaClir!.value, 0.2);
    close(deltaClir!.ci!.low, 0.2);
    assert.deepEqual([deltaClir!.win, deltaClir!.tie, deltaClir!.loss], [n, 0, 0]);
    assert.ok(deltaMono!.ci!.low < deltaMono!.value && deltaMono!.value < deltaMono!.ci!.high);
    close(row('same').deltaClir!.value, 0);
    assert.equal(row('same').deltaClir!.p, 1);

    const p = [deltaMono!.p, deltaClir!.p, row('same').deltaMono!.p, row('same').deltaClir!.p];
    assert.deepEqual(
      [deltaMono!.pHolm, deltaClir!.pHolm, row('same').deltaMono!.pHolm, row('same').deltaClir!.pHolm],
      holm(p),
    );
    const oracle = pairedRandomization(
      noise.map((x, i) => x + (i % 3 ? 0.05 : -0.02)),
      noise,
      { resamples: 10_000, seed: 0 },
    );
    assert.equal(deltaMono!.p, oracle.p);
  });

  test('queries that only some directions have count where they are', () => {
    const c = cell('COMPOSITION', 'x', 1);
    const base = cell('BASE', 'base', null);
    const [row] = studyTable([
      measured(c, 'ko', 'ko', [1, 0], ['a', 'b']),
      measured(c, 'en', 'en', [0.5], ['c']),
      measured(base, 'ko', 'ko', [0, 0], ['a', 'b']),
      measured(base, 'en', 'en', [0.5], ['c']),
    ]);
    close(row.mono!.value, 0.5);
    close(row.deltaMono!.value, 0.25);
    assert.deepEqual([row.deltaMono!.win, row.deltaMono!.tie, row.deltaMono!.loss], [1, 2, 0]);
  });

  test('rows of several bases and factors stay apart', () => {
    const rows = studyTable([
      measured(cell('COMPOSITION', 'x', 1, { factors: { parallelNegatives: 'MASK' } }), 'ko', 'ko', [1]),
      measured(cell('COMPOSITION', 'x', 1, { factors: { parallelNegatives: 'KEEP' } }), 'ko', 'ko', [0]),
      measured(cell('COMPOSITION', 'x', 1, { base: 'other' }), 'ko', 'ko', [0.5]),
    ]);
    assert.deepEqual(
      rows.map((r) => r.mono!.value),
      [1, 0, 0.5],
    );
  });
});
