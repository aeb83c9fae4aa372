import assert from 'node:assert/strict';
import { test } from 'node:test';
import { learningRateAt, type Schedule } from '#workers/graph/schedule.ts';

const rates = (schedule: Schedule['schedule'], warmupSteps = 4) =>
  Array.from({ length: 12 }, (_, step) =>
    Number(learningRateAt(step, { learningRate: 8, warmupSteps, schedule, steps: 12 }).toFixed(6)),
  );

test('all schedules warm up in a line', () => {
  for (const schedule of ['COSINE', 'LINEAR', 'CONSTANT'] as const)
    assert.deepEqual(rates(schedule).slice(0, 5), [2, 4, 6, 8, 8]);
});

test('then they stay, fall in a line, or fall in half a cosine', () => {
  assert.deepEqual(rates('CONSTANT').slice(4), [8, 8, 8, 8, 8, 8, 8, 8]);
  assert.deepEqual(rates('LINEAR').slice(4), [8, 7, 6, 5, 4, 3, 2, 1]);
  const cosine = Array.from({ length: 8 }, (_, i) =>
    Number((4 * (1 + Math.cos((Math.PI * i) / 8))).toFixed(6)),
  );
  assert.deepEqual(rates('COSINE').slice(4), cosine);
});

test('without warm-up the first step has the whole rate', () => {
  assert.equal(rates('COSINE', 0)[0], 8);
});
