import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { importCorpus, jsonl } from './start.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 12 }).filter((t) => !t.includes('\0'));
const tag = fc.constantFrom('ko', 'en', 'zh-Hant', 'id');
const texts = fc.dictionary(tag, text, { minKeys: 1, noNullPrototype: true });
const name = fc.string({
  unit: fc.constantFrom('a', 'é', 'e\u0301', '가', '😀', ' ', '"', '\\'),
  minLength: 1,
  maxLength: 5,
});
const attribute = fc.jsonValue({ maxDepth: 3, noUnicodeString: false }).filter((value) => {
  const written = JSON.stringify(value);
  return !written.includes('\\u') && !/\d{16}|e\+/.test(written);
});
const beside = fc.dictionary(
  fc.constantFrom('tr', 'z', '10', '9', '__proto__', 'kind', 'attributes', 'language', 'a'),
  attribute,
  { maxKeys: 4, noNullPrototype: true },
);
const base = fc.record({ doc: name, source: name }, { requiredKeys: [], noNullPrototype: true });
const content = fc.oneof(
  fc.record({ texts }, { noNullPrototype: true }),
  fc.record(
    {
      query: texts,
      passage: texts,
      negatives: fc.dictionary(tag, fc.array(text, { maxLength: 3 }), { noNullPrototype: true }),
    },
    { requiredKeys: ['query', 'passage'], noNullPrototype: true },
  ),
  fc.record({ lang: tag, a: text, b: text }, { noNullPrototype: true }),
);
const unit = fc.tuple(beside, base, content).map(([fields, rest, said]) => ({ ...fields, ...rest, ...said }));

test('the normalised form imports to the same bytes', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(name, { minLength: 1, maxLength: 6 }),
      fc.array(unit, { minLength: 6, maxLength: 6 }),
      async (ids, units) => {
        const sure = { id: 'sure', texts: { en: 'text' } };
        const records = ids.map((id, i) => ({ ...units[i], id }));
        const once = await importCorpus(jsonl(sure, ...records));
        const twice = await importCorpus(Buffer.from(once.text));
        assert.equal(twice.text, once.text);
        assert.deepEqual({ ...twice.meta, report: null }, { ...once.meta, report: null });
      },
    ),
    { numRuns: 300 },
  );
});
