import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Unit } from '#src/corpora/unit.ts';
import { type Composition, composition } from '#src/recipes/composition.ts';
import { materialise } from '#workers/train/materialise.ts';
import { messageOf, temporary } from '../encoder/tiny.ts';

const a = 'a'.repeat(64);
const b = 'b'.repeat(64);

const segments: Unit[] = [
  ...Array.from(
    { length: 6 },
    (_, i): Unit => ({
      kind: 'SEGMENT',
      id: `s${i}`,
      doc: 'one',
      // The third has no Korean.
      texts: i === 2 ? { en: `E${i}` } : { en: `E${i}`, ko: `K${i}` },
    }),
  ),
  { kind: 'SEGMENT', id: 's6', doc: 'two', texts: { en: 'E6', ko: 'K6' } },
  { kind: 'SEGMENT', id: 's7', texts: { en: 'E7', ko: 'K7' } },
];
const pairs: Unit[] = [
  {
    kind: 'PAIR',
    id: 'p0',
    query: { en: 'Q0', ko: '질0' },
    passage: { en: 'P0', ko: '답0' },
    negatives: { en: ['N0', 'N1'], ko: ['부0'] },
  },
  { kind: 'PAIR', id: 'p1', query: { en: 'Q1' }, passage: { ko: '답1' } },
  { kind: 'PARAPHRASE', id: 'x0', language: 'ko', paraphrases: ['하나', '일'] },
  { kind: 'PARAPHRASE', id: 'x1', language: 'en', paraphrases: ['one', 'a'] },
];

type Input = Partial<Composition['components'][number]>;

async function run(t: TestContext, components: Input[]) {
  const dir = await temporary(t);
  const write = async (name: string, units: Unit[]) => {
    const path = join(dir, name);
    await writeFile(path, units.map((u) => `${JSON.stringify(u)}\n`).join(''));
    return path;
  };
  const corpora = new Map([
    [a, await write('a.jsonl', segments)],
    [b, await write('b.jsonl', pairs)],
  ]);
  const file = join(dir, 'composition.jsonl');
  const parsed = composition.parse({ components: components.map((c) => ({ share: 1, ...c })) });
  const made = await materialise(parsed, corpora, file, new AbortController().signal);
  const rows = made.sets.map((set) =>
    Array.from({ length: set.rows }, (_, i) => ({
      anchor: made.queries[set.anchors[i]],
      positives: [...set.positives.subarray(set.positiveStarts[i], set.positiveStarts[i + 1])].map(
        (p) => made.passages[p],
      ),
      negatives: [...set.negatives.subarray(set.negativeStarts[i], set.negativeStarts[i + 1])].map(
        (p) => made.passages[p],
      ),
    })),
  );
  return { made, rows, lines: (await readFile(file, 'utf8')).trimEnd().split('\n') };
}

test('a translation pairs the two texts of a segment that has both', async (t) => {
  const { rows, lines } = await run(t, [
    { corpus: a, pairing: 'TRANSLATION', queryLang: 'ko', positiveLang: 'en' },
  ]);
  assert.deepEqual(
    rows[0].map((r) => [r.anchor, ...r.positives]),
    [0, 1, 3, 4, 5, 6, 7].map((i) => [`K${i}`, `E${i}`]),
  );
  assert.deepEqual(JSON.parse(lines[0]).rows, [7]);
  assert.deepEqual(lines.slice(1, 3), ['[0,"s0"]', '[0,"s1"]']);
});

test('a neighbour is one of the next four of the same document, in the language asked for', async (t) => {
  const { rows, lines, made } = await run(t, [
    { corpus: a, pairing: 'NEIGHBOUR', queryLang: 'en', positiveLang: 'ko' },
  ]);
  assert.deepEqual(rows[0].map((r) => [r.anchor, r.positives.join()]).sort(), [
    ['E0', 'K1,K3,K4'],
    ['E1', 'K3,K4,K5'],
    ['E2', 'K3,K4,K5'],
    ['E3', 'K4,K5'],
    ['E4', 'K5'],
  ]);
  assert.equal(lines[1], '[0,"s0",["s1","s3","s4"]]');
  // The positive belongs to its own unit, whose number is the anchor's of the row after.
  const set = made.sets[0];
  assert.equal(set.positiveUnits[0], set.units[1]);
});

test('a passage goes with the hard negatives of the languages asked for', async (t) => {
  const { rows } = await run(t, [
    { corpus: b, pairing: 'PASSAGE', queryLang: 'en', positiveLang: 'ko', negativeLangs: ['ko', 'en'] },
    { corpus: b, pairing: 'PASSAGE', queryLang: 'en', positiveLang: 'en' },
  ]);
  assert.deepEqual(rows, [
    [
      { anchor: 'Q0', positives: ['답0'], negatives: ['부0', 'N0', 'N1'] },
      { anchor: 'Q1', positives: ['답1'], negatives: [] },
    ],
    [{ anchor: 'Q0', positives: ['P0'], negatives: [] }],
  ]);
});

test('paraphrases are of one language', async (t) => {
  const { rows } = await run(t, [{ corpus: b, pairing: 'PARAPHRASE', queryLang: 'ko', positiveLang: 'ko' }]);
  assert.deepEqual(rows[0], [{ anchor: '하나', positives: ['일'], negatives: [] }]);
});

test('two components number one unit alike, and units of two corpora apart', async (t) => {
  const { made } = await run(t, [
    { corpus: b, pairing: 'PASSAGE', queryLang: 'en', positiveLang: 'ko' },
    { corpus: b, pairing: 'PASSAGE', queryLang: 'ko', positiveLang: 'en' },
    { corpus: a, pairing: 'TRANSLATION', queryLang: 'ko', positiveLang: 'en' },
  ]);
  const [first, second, third] = made.sets.map((s) => s.units);
  assert.equal(first[0], second[0]);
  assert.notEqual(first[0], third[0]);
});

const refusals: [string, Input, RegExp][] = [
  [
    'a language that the corpus lacks',
    { corpus: a, pairing: 'TRANSLATION', queryLang: 'ko', positiveLang: 'fr' },
    /component 1 \(TRANSLATION ko-fr\) asks for "fr", but its corpus has only en, ko/,
  ],
  [
    'a component without pairs',
    { corpus: a, pairing: 'PASSAGE', queryLang: 'ko', positiveLang: 'en' },
    /component 1 \(PASSAGE ko-en\) selects no pair/,
  ],
  [
    'a translation into the same language',
    { corpus: a, pairing: 'TRANSLATION', queryLang: 'ko', positiveLang: 'ko' },
    /both are "ko"/,
  ],
  [
    'a paraphrase across languages',
    { corpus: b, pairing: 'PARAPHRASE', queryLang: 'ko', positiveLang: 'en' },
    /make them equal/,
  ],
  [
    'hard negatives where there are none',
    { corpus: a, pairing: 'NEIGHBOUR', queryLang: 'ko', positiveLang: 'ko', negativeLangs: ['ko'] },
    /only PASSAGE has hard negatives/,
  ],
];
for (const [what, component, message] of refusals)
  test(`${what} is refused`, async (t) => {
    assert.match(await messageOf(run(t, [component])), message);
  });
