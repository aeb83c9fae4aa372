import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { generator } from '#src/evaluation/statistics.ts';
import { stem, terms } from '#src/lexical/words.ts';
import { openBm25 } from '#workers/evaluate/bm25.ts';

describe('terms', () => {
  test('Hangul becomes pairs of syllables within a word', () => {
    assert.deepEqual(terms('한국어를 배워요'), ['한국', '국어', '어를', '배워', '워요']);
    assert.deepEqual(terms('그 책은'), ['그', '책은']);
  });
  test('scripts and numbers part where they meet', () => {
    assert.deepEqual(terms('Python3로 3.13을 API-키'), ['python3', '로', '3', '13', '을', 'api', '키']);
    assert.deepEqual(terms('東京タワー'), ['東京', '京タ', 'タワ', 'ワー']);
  });
  test('width, case and composition do not matter', () => {
    assert.deepEqual(terms('ＡＢＣ １２ 가나'), terms('abc 12 \u1100\u1161\u1102\u1161'));
  });
  test('possessives and punctuation fall away', () => {
    assert.deepEqual(terms("The user's e-mail, s’il"), ['the', 'user', 'e', 'mail', 's', 'il']);
    assert.deepEqual(terms(' …!? '), []);
  });
  test('endings are those of Porter’s paper, step 1', () => {
    const examples =
      'caresses caress ponies poni cats cat feed feed agreed agree plastered plaster bled bled motoring motor ' +
      'sing sing conflated conflate troubled trouble sized size hopping hop tanned tan falling fall ' +
      'hissing hiss fizzed fizz failing fail filing file happy happi sky sky';
    const words = examples.split(' ');
    for (let i = 0; i < words.length; i += 2) assert.equal(stem(words[i]), words[i + 1]);
    assert.equal(stem('utf8s'), 'utf8s');
    assert.equal(stem('as'), 'as');
  });
});

function indexBm25(texts: string[]) {
  const index = openBm25();
  texts.forEach(index.add);
  return {
    search(query: string, k: number) {
      const { indices, scores } = index.search(query, k);
      return { indices: Array.from(indices), scores: Array.from(scores) };
    },
  };
}

describe('BM25', () => {
  test('scores are the formula’s', () => {
    const { search } = indexBm25(['red fox', 'red red hen house', 'blue sea']);
    // red: 2 of 3 documents; lengths 2, 4, 2, mean 8/3; k1 1.2, b 0.75.
    const idf = Math.log(1 + (3 - 2 + 0.5) / (2 + 0.5));
    const norm = (length: number) => 1.2 * (0.25 + (0.75 * length) / (8 / 3));
    assert.deepEqual(search('red', 10), {
      indices: [1, 0],
      scores: [(idf * 2) / (2 + norm(4)), (idf * 1) / (1 + norm(2))].map(Math.fround),
    });
    assert.deepEqual(search('red red', 1).scores, [Math.fround((2 * idf * 2) / (2 + norm(4)))]);
  });

  test('finds Korean under another particle, and nothing without a shared term', () => {
    const { search } = indexBm25(['도서관에서 책을 빌려요', '바다가 파랗다', 'The library lends books']);
    assert.deepEqual(search('도서관은 어디예요', 10).indices, [0]);
    assert.deepEqual(search('book lending', 10).indices, [2]);
    assert.deepEqual(search('없는 낱말', 10), { indices: [], scores: [] });
  });

  test('ties rank the higher index first', () => {
    const { search } = indexBm25(['cat', 'dog', 'cat', 'cat']);
    assert.deepEqual(search('cat', 2).indices, [3, 2]);
  });

  test('agrees with scoring every document by itself', () => {
    const random = generator(1);
    const text = (n: number) => Array.from({ length: n }, () => `w${random.below(12)}`).join(' ');
    const texts = Array.from({ length: 60 }, () => text(1 + random.below(15)));
    const { search } = indexBm25(texts);
    const bags = texts.map((t) => t.split(' '));
    const average = bags.reduce((sum, bag) => sum + bag.length, 0) / bags.length;
    for (let round = 0; round < 20; round++) {
      const query = text(1 + random.below(5));
      const expected = bags
        .map((bag, index) => {
          let score = 0;
          for (const term of query.split(' ')) {
            const df = bags.filter((other) => other.includes(term)).length;
            const tf = bag.filter((t) => t === term).length;
            const norm = 1.2 * (1 - 0.75 + (0.75 * bag.length) / average);
            score += (Math.log(1 + (60 - df + 0.5) / (df + 0.5)) * tf) / (tf + norm);
          }
          return { index, score: Math.fround(score) };
        })
        .filter(({ score }) => score > 0)
        .sort((x, y) => y.score - x.score || y.index - x.index);
      assert.deepEqual(
        search(query, 60).indices,
        expected.map((e) => e.index),
      );
    }
  });
});
