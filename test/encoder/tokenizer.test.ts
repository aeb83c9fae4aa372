import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Tokenizer as Native } from 'tokenizers';
import { openTokenizer } from '#workers/encoder/tokenizer.ts';
import { readTokenizerJson } from '#workers/encoder/tokenizer-json.ts';
import { messageOf, temporary, unigram, wordPiece, writeTokenizer } from './tiny.ts';

const lists = ({ ids, offsets }: { ids: Int32Array; offsets: Int32Array }) =>
  Array.from({ length: offsets.length - 1 }, (_, i) => [...ids.subarray(offsets[i], offsets[i + 1])]);

test('ids are ragged, with the template and the cut as Hugging Face does them', async (t) => {
  const tokenizer = await openTokenizer(await writeTokenizer(await temporary(t), wordPiece));
  assert.equal(tokenizer.vocabSize, 16);
  const texts = ['The salty SEA.', '', '바다가 소금, 바다는', 'unknown'];
  assert.deepEqual(lists(await tokenizer.encode(texts, null, false)), [
    [5, 6, 8, 4, 14],
    [],
    [9, 11, 10, 13, 9, 12],
    [1],
  ]);
  assert.deepEqual(lists(await tokenizer.encode(texts, 4, true)), [
    [2, 5, 6, 3],
    [2, 3],
    [2, 9, 11, 3],
    [2, 1, 3],
  ]);
  assert.deepEqual(lists(await tokenizer.encode(texts, 3, false)), [[5, 6, 8], [], [9, 11, 10], [1]]);
  assert.deepEqual(lists(await tokenizer.encode(['sea'], 2, true)), [[2, 3]]);
  assert.match(await messageOf(tokenizer.encode(['sea'], 1, true)), /no room for the special tokens/);
  assert.deepEqual(lists(await tokenizer.encode([], null, true)), []);
});

test('remembered words give what the library gives for whole texts, in any order and overlap', async (t) => {
  // Words, odd white space, characters whose compatibility form holds a space, special tokens in the text.
  const unit = fc.constantFrom(
    ...['sea', 'the', 'salt', '바다', '가', '소금', ' ', ' ', ' ', '  ', '\t', '\u00a0', '\u3000', '\u200b'],
    ...[
      '¨',
      '\u0308',
      '12',
      '½',
      '가',
      '!',
      '<mask>',
      '[SEP]',
      '[CLS]',
      '😀',
      '\ufeff',
      '\u0085',
      '▁',
      '\ufffd',
      'İ',
      'ㅎ',
    ],
  );
  const texts = fc.array(
    fc.array(unit, { maxLength: 30 }).map((parts) => parts.join('')),
    { maxLength: 12 },
  );
  const first = { type: 'Metaspace', replacement: '▁', prepend_scheme: 'first', split: true };
  const tokenizers = [
    wordPiece,
    unigram,
    { ...unigram, pre_tokenizer: first },
    { ...unigram, pre_tokenizer: first, normalizer: { type: 'Strip', strip_left: true, strip_right: true } },
    { ...unigram, pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'WhitespaceSplit' }, first] } },
    // Words that make the token that tells words apart; one that the vocabulary knows by another id; none.
    { ...unigram, added_tokens: [{ ...unigram.added_tokens[1], id: 6, content: '▁the' }] },
    { ...wordPiece, added_tokens: [{ ...wordPiece.added_tokens[3], id: 4, content: '!' }] },
    { ...wordPiece, added_tokens: [] },
  ];
  for (const json of tokenizers) {
    const tokenizer = await openTokenizer(await writeTokenizer(await temporary(t), json));
    const whole = Native.fromString(JSON.stringify(json));
    await fc.assert(
      fc.asyncProperty(texts, texts, async (some, others) => {
        const [a, b] = await Promise.all([
          tokenizer.encode(some, null, true),
          tokenizer.encode(others, null, true),
        ]);
        const expected = await whole.encodeBatch([...some, ...others], { addSpecialTokens: true });
        assert.deepEqual(
          [...lists(a), ...lists(b)],
          expected.map((encoding) => encoding.getIds()),
        );
      }),
      { numRuns: 200 },
    );
  }
});

test('truncation and padding that the file asks for are not applied', async (t) => {
  const json = {
    ...wordPiece,
    truncation: { direction: 'Right', max_length: 3, strategy: 'LongestFirst', stride: 0 },
    padding: {
      ...{ strategy: { Fixed: 8 }, direction: 'Right', pad_to_multiple_of: null },
      ...{ pad_id: 0, pad_type_id: 0, pad_token: '[PAD]' },
    },
  };
  const tokenizer = await openTokenizer(await writeTokenizer(await temporary(t), json));
  assert.deepEqual(lists(await tokenizer.encode(['the sea the sea'], null, true)), [[2, 5, 4, 5, 4, 3]]);
});

test('an added token that the vocabulary knows has the id of the vocabulary, as in the library', async (t) => {
  const json = { ...wordPiece, added_tokens: [{ ...wordPiece.added_tokens[3], id: 40, content: 'sea' }] };
  const path = await writeTokenizer(await temporary(t), json);
  const { idOf, vocabSize } = await readTokenizerJson(path);
  assert.equal(idOf('sea'), Native.fromString(JSON.stringify(json)).tokenToId('sea'));
  assert.equal(vocabSize, 16);
});

test('a tokenizer.json that is not one is refused by key', async (t) => {
  const dir = await temporary(t);
  const { model } = wordPiece as unknown as { model: object };
  const cases: [object, RegExp][] = [
    [{ ...wordPiece, version: '2.0' }, /tokenizer.json: version/],
    [{ ...wordPiece, model: { ...model, type: 'Markov' } }, /model.type/],
    [{ ...wordPiece, model: { ...model, dropout: 0.1 } }, /model.dropout/],
    [{ ...wordPiece, model: { ...model, vocab: { a: -1 } } }, /model.vocab gives "a" no id/],
    [{ ...wordPiece, model: { ...model, vocab: { a: 2 ** 40 } } }, /model.vocab gives "a" no id/],
    [{ ...wordPiece, model: { ...model, vocab: 'words' } }, /model.vocab does not map/],
    [{ ...wordPiece, added_tokens: [], model: { ...model, vocab: {} } }, /model.vocab is empty/],
    [
      { ...unigram, model: { type: 'Unigram', unk_id: 0, vocab: [['a', 'b']] } },
      /model.vocab.0 is not \[token, score\]/,
    ],
    [{ ...wordPiece, added_tokens: [{ id: 0 }] }, /added_tokens.0.content/],
    [{ ...wordPiece, post_processor: { type: 'Mystery' } }, /post_processor/],
    [
      { ...wordPiece, post_processor: { type: 'BertProcessing', cls: ['c', 99], sep: ['s', 3] } },
      /post_processor uses an id/,
    ],
    [{ ...wordPiece, pre_tokenizer: { type: 'Mystery' } }, /tokenizer.json cannot be read/],
  ];
  for (const [json, expected] of cases) {
    const message = await messageOf(openTokenizer(await writeTokenizer(dir, json)));
    assert.match(message, /^UserError/);
    assert.match(message, expected);
  }
  assert.match(await messageOf(openTokenizer(`${dir}/none.json`)), /tokenizer.json is missing/);
});
