import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { BPE, byteLevelPreTokenizer, sequencePreTokenizer, splitPreTokenizer, Tokenizer } from 'tokenizers';
import { type Bpe, trainBpe } from '#workers/tokenize/bpe.ts';
import { alphabet, spell } from '#workers/tokenize/normalise.ts';
import { temporary } from '../encoder/tiny.ts';
import { finish, wordCounts } from './texts.ts';

/** The definition: count all pairs anew, merge the most frequent one everywhere, again. */
function naiveBpe(words: Map<string, number>, size: number): Bpe {
  const tokens = [...alphabet];
  const merges: [string, string][] = [];
  const spelled = [...words].map(([word, count]) => ({ parts: [...spell(word)], count }));
  while (tokens.length < size) {
    const pairs = new Map<string, { left: string; right: string; count: number }>();
    for (const { parts, count } of spelled) {
      for (let i = 0; i + 1 < parts.length; i++) {
        const key = `${parts[i]} ${parts[i + 1]}`;
        const pair = pairs.get(key) ?? { left: parts[i], right: parts[i + 1], count: 0 };
        pair.count += count;
        pairs.set(key, pair);
      }
    }
    const id = (token: string) => tokens.indexOf(token);
    const [best] = [...pairs.values()].sort(
      (a, b) => b.count - a.count || id(a.left) - id(b.left) || id(a.right) - id(b.right),
    );
    if (!best) break;
    merges.push([best.left, best.right]);
    if (id(best.left + best.right) < 0) tokens.push(best.left + best.right);
    for (const word of spelled) {
      for (let i = 0; i + 1 < word.parts.length; i++) {
        if (word.parts[i] === best.left && word.parts[i + 1] === best.right) {
          word.parts.splice(i, 2, best.left + best.right);
        }
      }
    }
  }
  return { tokens, merges };
}

test('merges are those of the definition', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '가', '각'), minLength: 1, maxLength: 9 });
  const words = fc
    .uniqueArray(fc.tuple(word, fc.integer({ min: 1, max: 6 })), { selector: ([w]) => w, maxLength: 25 })
    .map((list) => new Map(list));
  fc.assert(
    fc.property(words, fc.integer({ min: 256, max: 320 }), (list, size) => {
      assert.deepEqual(finish(trainBpe(list, size)), naiveBpe(list, size));
    }),
    { numRuns: 300 },
  );
});

test('ties go to the smaller ids, and a pair of equal letters merges from the left', () => {
  const words = new Map([
    ['aaaaa', 2],
    ['cd', 8],
    ['ab', 8],
  ]);
  const { merges } = finish(trainBpe(words, 259));
  assert.deepEqual(merges, [
    ['a', 'a'],
    ['a', 'b'],
    ['c', 'd'],
  ]);
});

test("merges are those of Hugging Face's trainer on real sentences", async (t) => {
  const dir = await temporary(t);
  const file = join(dir, 'words.txt');
  const words = wordCounts();
  // The binding has no options: 30,000 tokens and the alphabet of the file; so the words are given to it one a line,
  // and both go on until no pair is left.
  await writeFile(file, [...words].flatMap(([word, count]) => Array(count).fill(word)).join('\n'));
  const native = new Tokenizer(BPE.empty());
  const lines = splitPreTokenizer('\n', 'removed');
  native.setPreTokenizer(sequencePreTokenizer([lines, byteLevelPreTokenizer(false, false)]));
  native.train([file]);
  native.save(join(dir, 'bpe.json'), false);
  const { model } = JSON.parse(await readFile(join(dir, 'bpe.json'), 'utf8'));
  const ours = finish(trainBpe(words, 30_000));
  assert.deepEqual(ours.merges, model.merges);
});
