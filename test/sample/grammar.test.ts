import assert from 'node:assert/strict';
import test from 'node:test';
import { cross, type Domain, table, unitsOf } from '../../sample/grammar.ts';

const fruits = table(
  'fruit',
  '사과 = apple\n감 = persimmon\n딸기 = strawberry\n복숭아 = peach\n칼 = knife ~ knives',
);
const colours = table('colour shop', '빨강 = red / 시장 = market\n초록 = green / 마트 = supermarket');

const domain = (tell: string, ask = '{fruit:이} 어때요?\nwhat about {fruit:a}?'): Domain => ({
  name: 'd',
  topics: { t: { about: fruits, ask, tell } },
});
const only = (units: ReturnType<typeof unitsOf>) => [...units].map((unit) => unit.passage);

test('slots take particles in Korean, articles and plurals in English, and sentences a capital', () => {
  const tell =
    '{fruit:은} 좋다. {fruit:으로} 산다.\n{fruit:a} is good. {fruit:s} are better! the {fruit} is best.';
  assert.deepEqual(only(unitsOf(domain(tell))), [
    { ko: '사과는 좋다. 사과로 산다.', en: 'An apple is good. Apples are better! The apple is best.' },
    {
      ko: '감은 좋다. 감으로 산다.',
      en: 'A persimmon is good. Persimmons are better! The persimmon is best.',
    },
    {
      ko: '딸기는 좋다. 딸기로 산다.',
      en: 'A strawberry is good. Strawberries are better! The strawberry is best.',
    },
    { ko: '복숭아는 좋다. 복숭아로 산다.', en: 'A peach is good. Peaches are better! The peach is best.' },
    { ko: '칼은 좋다. 칼로 산다.', en: 'A knife is good. Knives are better! The knife is best.' },
  ]);
});

test('the article goes by sound where spelling and sound differ', () => {
  const words = table('fruit', '한 시간 = hour\n제복 = uniform\n우산 = umbrella\n대학 = university');
  const topic = { about: words, ask: '{fruit:이}?\n{fruit:a}?', tell: '{fruit:은}.\n{fruit:a}.' };
  assert.deepEqual(
    only(unitsOf({ name: 'd', topics: { topic } })).map((passage) => passage.en),
    ['An hour.', 'A uniform.', 'An umbrella.', 'A university.'],
  );
});

test('a cross is every combination, and columns of one row stay together', () => {
  const rows = cross(fruits, colours);
  assert.equal(rows.length, 10);
  assert.deepEqual(
    rows.slice(0, 3).map((row) => `${row.fruit.en} ${row.colour.en} ${row.shop.en}`),
    ['apple red market', 'apple green supermarket', 'persimmon red market'],
  );
});

test('a unit depends on what it is about, not on its neighbours', () => {
  const topic = {
    about: fruits,
    facts: [colours],
    ask: '{fruit:은}?\n{fruit}?\n{fruit:이} 뭔데?\nwhat is {fruit}?',
    tell: '{fruit} {colour}.\n{fruit} {colour}.\n{colour} {fruit}.\n{colour} {fruit}.',
  };
  const units = (about = fruits) => [...unitsOf({ name: 'd', topics: { t: { ...topic, about } } })];
  const all = units();
  assert.deepEqual(
    units(fruits.slice(1)).map((unit) => unit.passage),
    all.slice(1).map((unit) => unit.passage),
  );
  assert.deepEqual(
    [all[0].id, all[0].kind, all[0].attributes],
    ['d-t-001', 'PAIR', { domain: 'd', topic: 't' }],
  );
  assert.ok(new Set(all.map((unit) => unit.passage.ko.split(' ')[0])).size > 2, 'phrasings and facts vary');
});

test('mistakes of the author are refused', () => {
  const generate = (...texts: Parameters<typeof domain>) => [...unitsOf(domain(...texts))];
  assert.throws(() => generate('{nut:은}.\n{fruit}.'), /no column "nut"/);
  assert.throws(() => generate('{fruit:은}.\n{fruit:x}.'), /no English form "x"/);
  assert.throws(() => generate('{fruit:은}.'), /lacks its translation/);
  assert.throws(() => generate('{fruit}은 좋다.\n{fruit}.'), /particle outside its slot/);
  assert.throws(() => table('a b', '하나 = one'), /not 2 cells/);
  assert.throws(() => table('a', '하나'), /not "Korean = English"/);
});
