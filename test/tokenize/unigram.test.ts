import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { expectation, type Model, makeViterbi } from '#workers/tokenize/readings.ts';
import { findSeeds, layOut, type Seeds, type Sentence } from '#workers/tokenize/seeds.ts';
import { trainUnigram } from '#workers/tokenize/unigram.ts';
import { finish, wordCounts } from './texts.ts';

const letters = fc.constantFrom('a', 'b', '가', '각', '😀');
const someWords = fc
  .uniqueArray(
    fc.tuple(fc.string({ unit: letters, minLength: 1, maxLength: 7 }), fc.integer({ min: 1, max: 5 })),
    {
      selector: ([word]) => word,
      minLength: 1,
      maxLength: 12,
    },
  )
  .map((list) => new Map(list));

const textOf = ({ chars, alphabet }: Sentence, start: number, length: number) =>
  Array.from(chars.subarray(start, start + length), (char) => alphabet[char]).join('');

/** Every substring with its occurrences, counted in the most direct way. */
function substrings(words: Map<string, number>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [word, times] of words) {
    const chars = [...word];
    for (let i = 0; i < chars.length; i++) {
      for (let j = i + 1; j <= chars.length; j++) {
        const text = chars.slice(i, j).join('');
        counts.set(text, (counts.get(text) ?? 0) + times);
      }
    }
  }
  return counts;
}

test('seeds are the substrings that the definition asks for, with all their places', () => {
  fc.assert(
    fc.property(someWords, (words) => {
      const all = substrings(words);
      const expected = [...all].filter(([text, count]) => {
        const length = [...text].length;
        if (length === 1) return Buffer.byteLength(text) > 1;
        const covered = [...all].some(
          ([longer, n]) => n === count && [...longer].length === length + 1 && longer.includes(text),
        );
        return count >= 2 && !covered;
      });
      const sentence = layOut(words);
      const seeds = finish(findSeeds(sentence));
      const found = Array.from(seeds.lengths, (length, piece) =>
        textOf(sentence, seeds.starts[piece], length),
      );
      assert.deepEqual(
        found.map((text, piece): [string, number] => [text, seeds.counts[piece]]).sort(),
        expected.sort(),
      );
      for (let i = 0; i < sentence.chars.length; i++) {
        const here = Array.from(
          seeds.pieces.subarray(seeds.offsets[i], seeds.offsets[i + 1]),
          (p) => found[p],
        );
        const end = sentence.bounds.find((bound) => bound > i)!;
        const rest = textOf(sentence, i, end - i);
        assert.deepEqual(here.sort(), found.filter((text) => rest.startsWith(text)).sort());
      }
    }),
    { numRuns: 200 },
  );
});

/** All ways to read `chars[start..end)`: steps as makeViterbi has them, and their log probability. */
function* readings(
  sentence: Sentence,
  seeds: Seeds,
  model: Model,
  start: number,
  end: number,
): Generator<{ steps: number[]; score: number }> {
  if (start === end) return yield { steps: [], score: 0 };
  const options = [{ step: ~sentence.chars[start], length: 1, score: model.spelled[sentence.chars[start]] }];
  for (let e = seeds.offsets[start]; e < seeds.offsets[start + 1]; e++) {
    const step = seeds.pieces[e];
    options.push({ step, length: seeds.lengths[step], score: model.pieces[step] });
  }
  for (const { step, length, score } of options) {
    if (start + length > end) continue;
    for (const rest of readings(sentence, seeds, model, start + length, end)) {
      yield { steps: [step, ...rest.steps], score: score + rest.score };
    }
  }
}

const close = (actual: number, expected: number, what: string) =>
  assert.ok(
    Math.abs(actual - expected) <= 1e-9 * Math.max(1, Math.abs(expected)),
    `${what}: ${actual}, not ${expected}`,
  );

test('expected counts and the best reading are those over all readings, one by one', () => {
  const score = fc.double({ min: -9, max: -0.1, noNaN: true });
  fc.assert(
    fc.property(someWords, fc.array(score, { minLength: 40, maxLength: 40 }), (words, scores) => {
      const sentence = layOut(words);
      const seeds = finish(findSeeds(sentence));
      const model: Model = {
        pieces: Float64Array.from(seeds.lengths, (_, piece) => scores[piece % scores.length]),
        spelled: Float64Array.from(sentence.alphabet, (_, char) => scores[(char * 7) % scores.length] - 2),
        bytes: new Float64Array(256),
      };
      const pieces = new Float64Array(seeds.lengths.length);
      const spelled = new Float64Array(sentence.alphabet.length);
      const best = makeViterbi(sentence, seeds, model);
      for (const [w, times] of sentence.counts.entries()) {
        const [start, end] = [sentence.bounds[w], sentence.bounds[w + 1]];
        const all = [...readings(sentence, seeds, model, start, end)];
        const total = all.reduce((sum, reading) => sum + Math.exp(reading.score), 0);
        for (const { steps, score } of all) {
          for (const step of steps) {
            const share = (times * Math.exp(score)) / total;
            if (step >= 0) pieces[step] += share;
            else spelled[~step] += share;
          }
        }
        for (const without of [-1, 0]) {
          const allowed = without < 0 ? all : all.filter(({ steps }) => !steps.includes(without));
          close(
            best(start, end, without).score,
            Math.max(...allowed.map(({ score }) => score)),
            'best score',
          );
        }
        const { steps, score } = best(start, end, -1);
        close(
          score,
          steps.reduce((sum, step) => sum + (step >= 0 ? model.pieces[step] : model.spelled[~step]), 0),
          'steps',
        );
      }
      const found = expectation(sentence, seeds, model);
      for (const [piece, count] of pieces.entries()) close(found.pieces[piece], count, `piece ${piece}`);
      for (const [char, count] of spelled.entries()) close(found.spelled[char], count, `character ${char}`);
    }),
    { numRuns: 150 },
  );
});

test('training gives the size asked for, with probabilities that sum to nearly one, and finds the words', () => {
  const words = wordCounts();
  const { bytes, pieces } = finish(trainUnigram(words, 330));
  assert.equal(bytes.length + pieces.length, 330);
  assert.equal(new Set(pieces.map(([piece]) => piece)).size, pieces.length);
  const mass = [...bytes, ...pieces.map(([, score]) => score)].reduce(
    (sum, score) => sum + Math.exp(score),
    0,
  );
  // exp(digamma(x)) < x, and the pieces above the size were cut off.
  assert.ok(mass > 0.6 && mass < 1, `the probabilities sum to ${mass}`);
  for (let i = 1; i < pieces.length; i++) assert.ok(pieces[i - 1][1] >= pieces[i][1], 'most probable first');
  const texts = pieces.map(([piece]) => piece);
  for (const expected of [' the', ' 도서관', ' 아침', '니다']) {
    assert.ok(texts.includes(expected), `${expected} is a piece: ${texts.join('|')}`);
  }
});

test('where the words support fewer pieces, fewer come back', () => {
  const { pieces } = finish(
    trainUnigram(
      new Map([
        [' 바다', 9],
        [' 바람', 9],
      ]),
      400,
    ),
  );
  assert.ok(pieces.length >= 2 && pieces.length <= 6, `${pieces.length} pieces`);
  assert.ok(pieces.some(([piece]) => piece === ' 바다'));
});
