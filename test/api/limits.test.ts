import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { buildSchema, parse } from 'graphql';
import { admit, limits, measure } from '#src/api/limits.ts';

const schema = buildSchema(`
  type Query { runs(first: Int): RunConnection!  run: Run  list: [Run!]! }
  type RunConnection { nodes: [Run!]!  edges: [RunEdge!]!  totalCount: Int! }
  type RunEdge { node: Run!  cursor: String! }
  type Run { id: ID!  self: Run!  children(first: Int): RunConnection! }
`);
const of = (query: string, variables: Record<string, unknown> = {}) =>
  measure(schema, parse(query), null, variables);
const refused = (query: string, pattern: RegExp, variables?: Record<string, unknown>) =>
  assert.throws(
    () => admit(schema, { query, variables }),
    (error: Error & { code?: string }) => {
      assert.equal(error.code, 'LIMIT_EXCEEDED');
      assert.match(error.message, pattern);
      return true;
    },
  );

describe('cost', () => {
  test('a leaf costs 1, an object 1 more than its fields', () => {
    assert.equal(of('{ run { id } }').cost, 2);
    assert.equal(of('{ run { id self { id } } }').cost, 4);
  });
  test('a connection multiplies by its page, literal, variable or default; its edges do not multiply again', () => {
    assert.equal(of('{ runs(first: 7) { nodes { id } } }').cost, 1 + 7 * 2);
    assert.equal(
      of('query($n: Int) { runs(first: $n) { edges { node { id } } } }', { n: 5 }).cost,
      1 + 5 * 3,
    );
    assert.equal(of('{ runs { nodes { id } } }').cost, 1 + 20 * 2);
  });
  test('a plain list multiplies by a guess', () => {
    assert.equal(of('{ list { id } }').cost, 1 + 10);
  });
  test('a list whose type is called an edge is a list, unless a connection holds it', () => {
    const lineage = buildSchema(
      'type Query { inputs: [LineageEdge!]! } type LineageEdge { role: String!  run: Query! }',
    );
    assert.equal(
      measure(lineage, parse('{ inputs { run { inputs { role } } } }'), null, {}).cost,
      1 + 10 * (1 + 1 + 10),
    );
  });
  test('nested pages multiply', () => {
    refused('{ runs(first: 100) { nodes { children(first: 100) { nodes { id } } } } }', /cost is 20\d+/);
  });
  test('fields written twice are counted twice', () => {
    assert.equal(of(`{ run { ${'id '.repeat(500)} } }`).cost, 501);
  });
  test('a fragment costs what it selects, wherever it is spread', () => {
    assert.equal(
      of('{ run { ...a self { ...a } } } fragment a on Run { id self { id } }').cost,
      of('{ run { id self { id } self { id self { id } } } }').cost,
    );
  });
});

describe('depth, aliases, directives', () => {
  test('fragments add their own depth and no more', () => {
    assert.equal(
      of('{ run { ...a } } fragment a on Run { self { ...b } } fragment b on Run { self { id } }').depth,
      4,
    );
    assert.equal(of('{ run { ... on Run { self { id } } } }').depth, 3);
  });
  test('too deep', () => {
    refused(
      `{ run { ${'self { '.repeat(limits.depth)} id ${'} '.repeat(limits.depth)} } }`,
      /depth is 17, the limit is 15/,
    );
  });
  test('too many aliases', () => {
    refused(
      `{ ${Array.from({ length: 31 }, (_, i) => `a${i}: run { id }`).join(' ')} }`,
      /aliases is 31, the limit is 30/,
    );
  });
  test('too many directives', () => {
    refused(
      `{ run { ${Array.from({ length: 31 }, () => 'id @skip(if: false)').join(' ')} } }`,
      /directives is 31/,
    );
  });
});

test('a fragment bomb of any height is refused after one walk of its text', () => {
  for (const levels of [10, 14, 18, 22]) {
    const fragments = Array.from(
      { length: levels },
      (_, i) => `fragment f${i} on Run { ${`self { ...f${i + 1} } `.repeat(4)} }`,
    );
    refused(`{ run { ...f0 } } ${fragments.join(' ')} fragment f${levels} on Run { id }`, /depth|cost/);
  }
});

test('circles of fragments and unknown names are left to validation', () => {
  assert.equal(of('{ run { ...a } } fragment a on Run { self { ...a } id }').cost, 3);
  assert.equal(of('{ run { ...nowhere missing { id } } }').cost, 3);
});

test('tokens and characters are bounded before anything is parsed', () => {
  refused(`{ ${'run{id} '.repeat(600)} }`, /2000 tokens/);
  refused(`{ run { id } } ${'#'.repeat(limits.query)}`, /characters of query/);
});

test('of several operations only the one asked for counts', () => {
  const document = parse('query a { run { id } } query b { runs(first: 50) { nodes { id } } }');
  assert.equal(measure(schema, document, 'a', {}).cost, 2);
  assert.equal(measure(schema, document, 'b', {}).cost, 101);
});
