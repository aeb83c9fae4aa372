import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { PreTrainedTokenizer } from '@huggingface/transformers';
import type { Unit } from '#src/corpora/unit.ts';
import { openTokenizer } from '#workers/encoder/tokenizer.ts';
import { run } from '#workers/tokenize/main.ts';
import { messageOf, temporary } from '../encoder/tiny.ts';
import { listener, sentences, tokenizerJob, units, writeCorpus } from './texts.ts';

const algorithms = ['BPE', 'UNIGRAM'] as const;

const texts = [
  ...sentences.flat(),
  "도서관에서 bread를 굽는 고양이 2024년 3.14% (베타)의 “계획” don't — 학교.",
  'MIXED Case 그리고 ＦＵＬＬ width ½ Ⅷ ㎏ ㈜ ﬁne İstanbul ΟΔΟΣ',
  '😀 👨‍👩‍👧 👍🏽 좋아요😀👍 ❤️ 🏴󠁧󠁢󠁥󠁮󠁧󠁿',
  '  두  칸\t탭\n줄바꿈\u00a0띄움\u3000\u200b\ufeff\u0085 끝  ',
  'ㅎㅎㅋㅋ 뷁 ᄒᆞᆫ글 한글(NFD: 한글) 漢字 かな ไทย العربية ١٢٣',
  '[CLS] 안의 [SEP] 특수 [PAD] 토큰 ［ＰＡＤ］ [UNK]',
  'https://example.org/a?b=c&d=%20e#f <tag attr="1">x</tag> a_b $x+=1;',
  '',
  ' ',
];

for (const algorithm of algorithms) {
  for (const lowercase of [true, false]) {
    test(`${algorithm}, lower-casing ${lowercase}: the same ids here and in transformers.js, none unknown`, async (t) => {
      const dir = await temporary(t);
      const { report, outputs } = listener();
      await run(tokenizerJob({ algorithm, lowercase }, [await writeCorpus(dir)], dir), report);
      assert.deepEqual(outputs, [
        {
          role: 'tokenizer',
          path: 'tokenizer.json',
          meta: {
            ...{ algorithm, vocabSize: 400, lowercase, languages: null },
            ...{
              texts: 24,
              words: outputs[0].meta.words,
              specialTokens: ['[PAD]', '[UNK]', '[CLS]', '[SEP]'],
            },
          },
        },
      ]);
      const path = join(dir, 'tokenizer.json');
      const tokenizer = await openTokenizer(path);
      assert.equal(tokenizer.vocabSize, 400);
      const other = new PreTrainedTokenizer(JSON.parse(await readFile(path, 'utf8')), {});
      for (const addSpecialTokens of [true, false]) {
        const { ids, offsets } = await tokenizer.encode(texts, null, addSpecialTokens);
        for (const [i, text] of texts.entries()) {
          const ours = [...ids.subarray(offsets[i], offsets[i + 1])];
          const theirs = other.encode(text, { add_special_tokens: addSpecialTokens });
          assert.deepEqual(ours, theirs, JSON.stringify(text));
          if (addSpecialTokens) assert.deepEqual([ours[0], ours.at(-1)], [2, 3]);
          // 1 is [UNK]: only where the text itself names it.
          assert.equal(ours.includes(1), text.includes('[UNK]'), text);
        }
      }
      const plain = texts[0].slice(0, -1);
      const { ids } = await tokenizer.encode([plain], null, false);
      assert.ok(ids.length < Buffer.byteLength(plain) / 2, 'letters have been joined');
      assert.equal(other.decode([...ids]).trim(), plain);
    });
  }
}

test('special tokens that normalisation makes are no special tokens', async (t) => {
  const dir = await temporary(t);
  for (const algorithm of algorithms) {
    const out = join(dir, algorithm);
    await mkdir(out);
    const job = tokenizerJob({ algorithm, lowercase: false }, [await writeCorpus(dir)], out);
    await run(job, listener().report);
    const tokenizer = await openTokenizer(join(out, 'tokenizer.json'));
    const { ids } = await tokenizer.encode(['［ＰＡＤ］［ＣＬＳ］'], null, false);
    assert.ok(
      ids.every((id) => id >= 4),
      `${algorithm}: ${ids}`,
    );
  }
});

test('the same recipe gives the same bytes', async (t) => {
  const dir = await temporary(t);
  const corpus = await writeCorpus(dir);
  for (const algorithm of algorithms) {
    const files: string[] = [];
    for (const name of ['a', 'b']) {
      const out = join(dir, algorithm + name);
      await mkdir(out);
      await run(tokenizerJob({ algorithm }, [corpus], out), listener().report);
      files.push(await readFile(join(out, 'tokenizer.json'), 'utf8'));
    }
    assert.equal(files[0], files[1]);
  }
});

test('only the languages asked for count, in every kind of unit', async (t) => {
  const dir = await temporary(t);
  const kinds: Unit[] = [
    ...units,
    {
      kind: 'PAIR',
      id: 'p',
      query: { ko: '바다' },
      passage: { ko: '바다는' },
      negatives: { ko: ['산', '강'] },
    },
    { kind: 'PARAPHRASE', id: 'q', language: 'ko', paraphrases: ['안녕', '안녕하세요'] },
  ];
  const corpus = await writeCorpus(dir, kinds);
  const count = async (languages?: string[]) => {
    const { report, outputs } = listener();
    await run(tokenizerJob({ languages, vocabSize: 300 }, [corpus], dir), report);
    return outputs[0].meta.texts;
  };
  assert.equal(await count(), 30);
  assert.equal(await count(['ko']), 18);
  assert.equal(await count(['en']), 12);
  assert.match(
    await messageOf(count(['ko', 'fr'])),
    /^UserError: no text of the corpora is in "fr"; their languages are en, ko$/,
  );
});

test('a vocabulary that is too small or too large is refused with the size that is possible', async (t) => {
  const dir = await temporary(t);
  const corpus = await writeCorpus(dir);
  for (const algorithm of algorithms) {
    const attempt = (vocabSize: number) =>
      messageOf(run(tokenizerJob({ algorithm, vocabSize }, [corpus], dir), listener().report));
    assert.match(await attempt(259), /^UserError: a vocabulary of 259 .* ask for at least 260$/);
    assert.equal(await attempt(260), 'it did not fail');
    const message = await attempt(5000);
    const possible = Number(
      /^UserError: these texts have too few words for 5000 tokens: ask for at most (\d+)/.exec(message)![1],
    );
    assert.ok(possible > 300 && possible < 1000, message);
    assert.equal(await attempt(possible), 'it did not fail');
  }
});

test('a run that is cancelled stops', async (t) => {
  const dir = await temporary(t);
  const corpus = await writeCorpus(dir);
  for (const algorithm of algorithms) {
    const abort = new AbortController();
    const { report } = listener(abort.signal);
    const progress = report.progress;
    report.progress = (done, total, unit) => {
      progress(done, total, unit);
      if (total !== null) abort.abort(new Error('stop now'));
    };
    const job = tokenizerJob({ algorithm }, [corpus], dir);
    assert.equal(await messageOf(run(job, report)), 'Error: stop now');
  }
});
