import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { encodeGlobalID } from '#src/api/builder.ts';
import { connect } from '#src/database/client.ts';
import { bestByWords } from '#src/embeddings/by-words.ts';
import { checkFilter } from '#src/embeddings/filter.ts';
import { fuse } from '#src/embeddings/fuse.ts';
import { type SearchInput, search } from '#src/embeddings/search.ts';
import { resolveSet } from '#src/embeddings/set.ts';
import { buildInvertedIndex, invertedIndex } from '#src/lexical/build.ts';
import { mostTerms, scoreTexts } from '#src/lexical/score.ts';
import { terms } from '#src/lexical/words.ts';
import { openBm25 } from '#workers/evaluate/bm25.ts';
import { stream } from '#workers/train/random.ts';
import { backends } from '../laboratory.ts';
import { count, languageOf, makeSet, type TestSet, vectorOf } from './collection.ts';

/** Nouns by rank, the first ones in most texts; Korean ones under a particle. Numbers are in both languages. */
function makeTexts(): string[] {
  const { uniform } = stream(11);
  const pick = (n: number) => Math.floor(n * uniform() ** 3);
  const syllables = [...'가나다라마바사아자차카타파하고노도로모보소오조초코토포호'];
  const noun = (i: number) =>
    syllables[i % 28] + syllables[(3 * i + Math.floor(i / 28)) % 28] + syllables[(7 * i) % 28];
  const ko = () => noun(pick(300)) + ['은', '에서', '을', '으로'][Math.floor(4 * uniform())];
  const en = () => `word${String.fromCharCode(97 + pick(26), 97 + pick(26))}`;
  return Array.from({ length: count }, (_, i) => {
    const word = languageOf(i) === 'ko' ? ko : en;
    const length = 1 + Math.floor(30 * uniform());
    return Array.from({ length }, () => (uniform() < 0.1 ? String(pick(50)) : word())).join(' ');
  });
}
const texts = makeTexts();
/** Longer than an index of PostgreSQL takes. */
const longWord = 'pneumono'.repeat(700);
texts[77] = `${longWord} once`;
texts[78] = `${longWord}s twice`;
texts[79] = ' …!? ';

/** BM25 of evaluation over the texts of some languages, equal scores in the order of the texts. */
function oracle(languages: string[]) {
  const index = openBm25();
  const ordinals = texts.map((_, i) => i).filter((i) => languages.includes(languageOf(i)));
  for (const i of ordinals) index.add(texts[i]);
  return (question: string, passes: (i: number) => boolean = () => true) => {
    const { indices, scores } = index.search(question, count);
    return Array.from(indices, (index, at) => ({ ordinal: ordinals[index], score: scores[at] }))
      .filter(({ ordinal }) => passes(ordinal))
      .sort((x, y) => y.score - x.score || x.ordinal - y.ordinal);
  };
}
const of = { ko: oracle(['ko']), en: oracle(['en']), all: oracle(['en', 'ko']) };

const id = (i: number) => encodeGlobalID('Text', `1-${i}`);
const unit = (i: number) => Math.floor(i / 2);

for (const backend of backends)
  describe(`search by words, ${backend}`, () => {
    let set: TestSet;
    const ask = (input: Partial<SearchInput>) =>
      search(set.context, { embeddingSet: 'clustered', mode: 'LEXICAL', ...input });
    const pairs = async (input: Partial<SearchInput>) =>
      (await ask(input)).hits.map(({ ordinal, score }) => ({ ordinal, score }));
    /** Sums in another order may differ in their last bit, and so may the order of what they tie. */
    function same(
      found: { ordinal: number; score: number }[],
      expected: { ordinal: number; score: number }[],
    ) {
      assert.equal(found.length, expected.length);
      const scores = new Map(expected.map(({ ordinal, score }) => [ordinal, score]));
      found.forEach(({ ordinal, score }, i) => {
        assert.ok(
          Math.abs(score - expected[i].score) <= 1e-6 * score,
          `${i}: ${score}, ${expected[i].score}`,
        );
        if (scores.has(ordinal)) assert.ok(Math.abs(scores.get(ordinal)! - score) <= 1e-6 * score);
        else assert.ok(Math.abs(score - expected.at(-1)!.score) <= 1e-6 * score, `text ${ordinal}`);
      });
    }

    before(async () => {
      set = await makeSet(backend, (i) => texts[i]);
      await buildInvertedIndex(set.db, set.id, 1700);
    });
    after(() => set.stop());

    test('ranks and scores are those of the BM25 that evaluation measures, in each pool', async () => {
      for (const i of [0, 3, 250, 251, 1230, 5999])
        for (const [languages, rank] of [
          [['ko'], of.ko],
          [['en'], of.en],
          [['en', 'ko'], of.all],
          [null, of.all],
        ] as const) {
          const found = await pairs({
            text: texts[i],
            first: 40,
            filter: languages && { languages: [...languages] },
          });
          same(found, rank(texts[i]).slice(0, 40));
        }
    });

    test('a term that the question repeats counts each time', async () => {
      const [once, thrice] = [await pairs({ text: '가가가' }), await pairs({ text: '가가가 가가 가가가' })];
      assert.ok(once.length > 0);
      same(thrice, of.all('가가가 가가 가가가').slice(0, 10));
      assert.ok(Math.abs(thrice[0].score - 2.5 * once[0].score) < 1e-5);
    });

    test('a filter takes hits away and changes no score', async () => {
      const passes = (i: number) => unit(i) % 500 <= 4;
      const filter = { attributes: [{ name: 'n', max: 4 }] };
      const found = await ask({ text: 'wordaa 가나다', first: 1000, filter });
      same(found.hits, of.all('wordaa 가나다', passes));
      assert.equal(found.underfilled, true);
      same(
        await pairs({ text: texts[10], filter: { ...filter, languages: ['ko'] } }),
        of.ko(texts[10], passes).slice(0, 10),
      );
    });

    test('where nobody knows which rows pass, the best are asked for until enough have passed', async () => {
      const known = await resolveSet(set.context.lab, 'clustered', 'set');
      const condition = await checkFilter(set.db.pool, known, { attributes: [{ name: 'n', max: 2 }] });
      const passes = (i: number) => unit(i) % 500 <= 2;
      for (const limit of [3, 1000]) {
        const question = { terms: terms('wordaa wordab 3'), condition, ordinals: null, except: -1, limit };
        const { hits } = await bestByWords(set.db, known, question);
        const expected = of.all('wordaa wordab 3', passes).slice(0, limit);
        assert.ok(expected.length === 3 || expected.length > 10);
        same(hits, expected);
      }
    });

    test('like: by the words of that text, which is no answer to itself', async () => {
      const { hits } = await ask({ like: id(250), first: 30 });
      same(hits, of.all(texts[250], (i) => i !== 250).slice(0, 30));
    });

    test('words longer than an index takes are told apart', async () => {
      assert.deepEqual(
        (await pairs({ text: longWord })).map(({ ordinal }) => ordinal),
        [77, 78],
        'both: the plural is the same word',
      );
      assert.deepEqual(await pairs({ text: `${longWord}x` }), []);
    });

    test('a question without a word finds nothing and says so', async () => {
      const { hits, underfilled, method, explanation } = await ask({ text: '…!?' });
      assert.deepEqual([hits, underfilled, method], [[], true, 'LEXICAL']);
      assert.deepEqual(explanation.words, { terms: [], matches: 0 });
    });

    test('a question without a word that is there finds nothing', async () => {
      const { hits, underfilled, explanation } = await ask({ text: 'quixotic zebras' });
      assert.deepEqual([hits, underfilled], [[], true]);
      assert.deepEqual(explanation.words, { terms: ['quixotic', 'zebra'], matches: 0 });
    });

    test('of more terms than are scored, the rarest are', async () => {
      const index = await invertedIndex(set.db, set.id);
      const question = terms([...new Set(texts.slice(0, 3000).join(' ').split(' '))].join(' '));
      const different = [...new Set(question)];
      assert.ok(different.length > mostTerms, `${different.length}`);
      const found = await scoreTexts(set.db.pool, index, question, null, null, -1);
      assert.equal(found.terms.length, mostTerms);
      const bags = texts.map((text) => new Set(terms(text)));
      const holding = (term: string) => bags.filter((bag) => bag.has(term)).length;
      const most = Math.max(...found.terms.map(holding));
      const left = different.filter((term) => !found.terms.includes(term));
      assert.ok(left.every((term) => holding(term) >= most));
    });

    test('one hit a unit, the best', async () => {
      const all = of.all('wordaa wordab');
      const { hits } = await ask({ text: 'wordaa wordab', distinctUnits: true, first: 20 });
      const first = all.filter(
        (hit, at) => all.findIndex((other) => unit(other.ordinal) === unit(hit.ordinal)) === at,
      );
      same(hits, first.slice(0, 20));
    });

    test('hybrid is the fusion of what vectors and words find, with both ranks and scores', async () => {
      const near = (await ask({ like: id(250), mode: 'EXACT', first: 100 })).hits;
      const words = (await ask({ like: id(250), first: 100 })).hits;
      for (const fusion of [null, { k: 1, vectorWeight: 0.5, lexicalWeight: 2 }]) {
        const { hits, method, explanation } = await ask({ like: id(250), mode: 'HYBRID', first: 40, fusion });
        assert.equal(method, 'HYBRID');
        assert.deepEqual(explanation.found, { vector: 100, lexical: 100 });
        const expected = fuse(
          [near, words].map((list) => list.map(({ ordinal }) => ordinal)),
          [fusion?.vectorWeight ?? 1, fusion?.lexicalWeight ?? 1],
          fusion?.k ?? 60,
        ).slice(0, 40);
        assert.deepEqual(
          hits.map(({ ordinal, score, vector, lexical, distance, text }) => ({
            ...{ ordinal, score, vector, lexical, distance, text },
          })),
          expected.map(({ ordinal, score, ranks: [n, w] }) => ({
            ...{ ordinal, score },
            vector: n && { rank: n, score: near[n - 1].score },
            lexical: w && { rank: w, score: words[w - 1].score },
            distance: n && near[n - 1].distance,
            text: texts[ordinal],
          })),
        );
        assert.ok(hits.some(({ vector }) => vector === null));
        assert.ok(hits.some(({ lexical }) => lexical === null));
      }
    });

    test('hybrid gives all there are, through every filter', async () => {
      for (const [filter, passes] of [
        [{ parallelIds: ['u5', 'u90', 'u125'] }, (i: number) => [5, 90, 125].includes(unit(i))],
        [{ attributes: [{ name: 'n', max: 2 }] }, (i: number) => unit(i) % 500 <= 2],
      ] as const) {
        const all = texts.map((_, i) => i).filter((i) => passes(i) && i !== 250);
        const input = { like: id(250), mode: 'HYBRID', filter: filter as never, first: 200 } as const;
        const found = await ask(input);
        assert.deepEqual(
          found.hits.map(({ ordinal }) => ordinal).sort((x, y) => x - y),
          all,
        );
        assert.equal(found.underfilled, true);
        const units = new Set(all.map(unit));
        const distinct = await ask({
          ...input,
          first: units.size,
          distinctUnits: true,
          fusion: { depth: 1 },
        });
        assert.deepEqual(new Set(distinct.hits.map(({ unitOrdinal }) => unitOrdinal)), units);
        assert.equal(distinct.underfilled, false);
      }
    });

    test('the question’s own language is left out, or shown where it is there', async () => {
      // Units of ordinals 0, 10, ...: a Korean text, and an English one next to it. All others are English twice.
      const excluded = await ask({ like: id(250), mode: 'HYBRID', ownLanguage: 'EXCLUDE', first: 50 });
      assert.ok(excluded.hits.every(({ language }) => language === 'en'));
      same(
        (await ask({ text: texts[250], queryLanguage: 'ko', ownLanguage: 'EXCLUDE', first: 20 })).hits,
        of.en(texts[250]).slice(0, 20),
      );
      const distinct = { text: 'wordaa 3', first: 60, distinctUnits: true };
      const plain = (await ask(distinct)).hits;
      const preferred = (
        await ask({ ...distinct, distinctUnits: false, queryLanguage: 'ko', ownLanguage: 'PREFER' })
      ).hits;
      const translated = (i: number) => i % 10 === 1;
      assert.ok(plain.filter(({ ordinal }) => translated(ordinal)).length > 3);
      assert.deepEqual(
        preferred.map(({ ordinal, language, foundIn, score, text, rank }) => ({
          ...{ ordinal, language, foundIn, score, text, rank },
        })),
        plain.map(({ ordinal, language, score, rank }) => {
          const shown = translated(ordinal) ? ordinal - 1 : ordinal;
          return {
            ...{ ordinal: shown, language: languageOf(shown), foundIn: language, score },
            ...{ text: texts[shown], rank },
          };
        }),
      );
    });

    test('what does not pass the filter, or asks itself, is not shown for its translation', async () => {
      const filter = { languages: ['en'] };
      const input = {
        text: 'wordaa',
        first: 30,
        filter,
        queryLanguage: 'ko',
        ownLanguage: 'PREFER',
      } as const;
      assert.ok((await ask(input as Partial<SearchInput>)).hits.every(({ language }) => language === 'en'));
      const sources = await ask({
        ...input,
        filter: { ids: [id(1), id(11), id(10)] },
        text: `${texts[1]} ${texts[11]}`,
      });
      assert.deepEqual(
        sources.hits.map(({ ordinal }) => ordinal).sort((x, y) => x - y),
        [1, 10],
      );
      const { hits } = await ask({
        like: id(250),
        mode: 'EXACT',
        ownLanguage: 'PREFER',
        first: 1000,
        filter: { parallelIds: ['u125'] },
      });
      assert.deepEqual(
        hits.map(({ ordinal }) => ordinal),
        [251],
      );
    });

    const refusals: [string, Partial<SearchInput>, RegExp][] = [
      [
        'a bare vector',
        { vector: [...vectorOf(3)] },
        /a vector has no words to search by; give text or like/,
      ],
      ['a bare vector in HYBRID', { vector: [...vectorOf(3)], mode: 'HYBRID' }, /a vector has no words/],
      ['an empty text', { text: ' ' }, /the text is empty/],
      ['a text of a megabyte', { text: 'a '.repeat(2 ** 19) }, /1048576 characters; 100000 are taken/],
      ['first 0', { text: 'x', first: 0 }, /input.first is 0; ask for 1 to 1000/],
      ['first a million', { text: 'x', first: 1e6 }, /ask for 1 to 1000/],
      [
        'an unknown attribute',
        { text: 'x', filter: { attributes: [{ name: 'colour', is: true }] } },
        /nothing here has an attribute "colour"; there are checked, grade, n/,
      ],
      ['fusion without HYBRID', { text: 'x', fusion: { k: 3 } }, /fusion is for HYBRID/],
      [
        'no language of its own',
        { text: 'x', ownLanguage: 'EXCLUDE' },
        /say which language the question is in/,
      ],
      ['an unknown one', { text: 'x', queryLanguage: 'kr' }, /nothing here is in "kr"; there are en, ko/],
      ['another than that of like', { like: id(250), queryLanguage: 'en' }, /`like` is in "ko", not in "en"/],
      [
        'its own language alone',
        { text: 'x', queryLanguage: 'ko', ownLanguage: 'EXCLUDE', filter: { languages: ['ko'] } },
        /nothing to search but "ko"/,
      ],
      [
        'an unknown language beside its own',
        { text: 'x', queryLanguage: 'ko', ownLanguage: 'EXCLUDE', filter: { languages: ['ko', 'fr'] } },
        /nothing here is in "fr"/,
      ],
      [
        'an empty list of languages',
        { text: 'x', queryLanguage: 'ko', ownLanguage: 'EXCLUDE', filter: { languages: [] } },
        /an empty list matches nothing/,
      ],
      ['a text that is not there', { like: id(999_999) }, /is not the id of a text in this embedding set/],
    ];
    for (const [what, input, message] of refusals)
      test(`${what}: one clear error`, async () => {
        await assert.rejects(ask(input), message);
      });

    test('two that build at once leave one index, and a build that was cut off leaves nothing', async () => {
      await set.db.pool.query('DELETE FROM inverted_index');
      const others = [connect(set.db.url), connect(set.db.url)];
      try {
        await set.db.pool.query('INSERT INTO inverted_index (set_id) VALUES ($1)', [set.id]);
        const built = await Promise.all(others.map((db) => invertedIndex(db, set.id)));
        assert.deepEqual(built[0], built[1]);
        const { rows } = await set.db.pool.query('SELECT id, ready FROM inverted_index');
        assert.deepEqual(rows, [{ id: built[0].id, ready: true }]);
        const tables = `SELECT relname FROM pg_class WHERE relkind = 'r' AND relname LIKE 'posting_%'`;
        const left = await set.db.pool.query(tables);
        assert.deepEqual(left.rows, [{ relname: `posting_${built[0].id}` }]);
        same(
          (await scoreTexts(others[0].pool, built[0], terms(texts[3]), ['en'], null, -1)).best(20),
          of.en(texts[3]).slice(0, 20),
        );
        await set.db.pool.query('DELETE FROM embedding_set WHERE id = $1', [set.id]);
        assert.deepEqual((await set.db.pool.query(tables)).rows, [], 'the postings go with the set');
      } finally {
        for (const db of others) await db.close();
      }
    });
  });
