import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fallBackShare, noteFallBack } from '#src/embeddings/fall-backs.ts';
import { settingsFor } from '#src/embeddings/indexes.ts';
import { type Facts, plan } from '#src/embeddings/plan.ts';

const facts: Facts = {
  ...{ total: 100_000, eligible: 100_000, dimension: 384, wanted: 10 },
  languages: { en: 90_000, ko: 10_000 },
  ...{ asked: null, filtered: false, indexes: [null], fallBacks: 0, iterative: true, mode: 'AUTO' },
};
/** What is chosen, as one line. */
function chosen(over: Partial<Facts>): string {
  const found = plan({ ...facts, ...over });
  return found.method === 'EXACT'
    ? 'EXACT'
    : `HNSW ${found.indexes.map((language) => language ?? 'all').join('+')} ${found.candidates}${found.iterative ? ' iterative' : ''}`;
}

const cases: [string, Partial<Facts>, string][] = [
  ['no filter', {}, 'HNSW all 200'],
  ['no index', { indexes: [] }, 'EXACT'],
  ['asked for', { mode: 'EXACT' }, 'EXACT'],
  ['half of the rows', { eligible: 50_000, filtered: true }, 'HNSW all 200'],
  ['a tenth', { eligible: 10_000, filtered: true }, 'HNSW all 400'],
  ['a hundredth: comparing 1,000 rows is cheaper', { eligible: 1000, filtered: true }, 'EXACT'],
  ['nothing', { eligible: 0, filtered: true }, 'EXACT'],
  [
    'one language, for which the index was asked in vain',
    { eligible: 10_000, asked: ['ko'], fallBacks: 0.8 },
    'EXACT',
  ],
  ['the same now and then', { eligible: 10_000, asked: ['ko'], fallBacks: 0.3 }, 'HNSW all 400'],
  ['one language by the index over all', { eligible: 10_000, asked: ['ko'] }, 'HNSW all 400'],
  [
    'one language by its own index',
    { eligible: 10_000, asked: ['ko'], indexes: [null, 'ko'] },
    'HNSW ko 200',
  ],
  [
    'both languages by the index over all, though each has its own',
    { asked: ['en', 'ko'], indexes: [null, 'en', 'ko'] },
    'HNSW all 200',
  ],
  [
    'few rows: nothing beats comparing them',
    { total: 1000, eligible: 1000, languages: { en: 1000 } },
    'EXACT',
  ],
  ['many hits', { wanted: 1000 }, 'HNSW all 4000 iterative'],
  ['many hits where the scan ends at ef_search', { wanted: 1000, iterative: false }, 'EXACT'],
  ['forced', { eligible: 1000, filtered: true, mode: 'HNSW' }, 'HNSW all 4000 iterative'],
  [
    'a million rows want a wider beam',
    { total: 1_000_000, eligible: 1_000_000, languages: { en: 1_000_000 } },
    'HNSW all 300',
  ],
];
for (const [what, over, expected] of cases)
  test(`${what}: ${expected}`, () => assert.equal(chosen(over), expected));

test('a filter that candidates do not pass sends the search back to exact', () => {
  const found = plan({ ...facts, eligible: 10_000, asked: ['ko'] });
  // Of 400 candidates a tenth should pass if the language were spread evenly; half of that is asked for.
  assert.equal(found.method === 'HNSW' && found.enough, 20);
});

test('what fell back twice is not tried again at once, but after a while', () => {
  const share = () => fallBackShare('some filter');
  noteFallBack('some filter', false);
  assert.equal(share(), 0);
  noteFallBack('some filter', true);
  noteFallBack('some filter', true);
  assert.equal(share(), 0.75);
  let passedOver = 0;
  for (; chosen({ eligible: 10_000, asked: ['ko'], fallBacks: share() }) === 'EXACT'; passedOver++)
    noteFallBack('some filter', null);
  assert.ok(passedOver > 5 && passedOver < 100, `${passedOver} searches`);
  noteFallBack('some filter', false);
  assert.ok(share() < 0.5);
});

test('the graph of an index has more edges over more vectors', () => {
  const grown = [0, 1, 10_000, 20_000, 100_000, 1_000_000, 10_000_000, 1e9].map((rows) => settingsFor(rows));
  assert.deepEqual(
    grown.map(({ m }) => m),
    [16, 16, 16, 18, 24, 32, 40, 48],
  );
  for (const { m, efConstruction } of grown) assert.equal(efConstruction, 4 * m);
});
