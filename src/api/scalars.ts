import { GraphQLError, GraphQLScalarType, type ValueNode, valueFromASTUntyped } from 'graphql';

function parseMoment(value: unknown): Date {
  const date = new Date(String(value));
  if (typeof value !== 'string' || Number.isNaN(date.getTime()))
    throw new GraphQLError('a DateTime is a string in RFC 3339, such as "2026-11-23T08:00:00Z"');
  return date;
}

export const DateTimeScalar = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  description: 'A moment in UTC, RFC 3339: `2026-11-23T08:00:00.000Z`.',
  serialize: (value) => (value instanceof Date ? value : new Date(String(value))).toISOString(),
  parseValue: parseMoment,
  parseLiteral: (node: ValueNode) => parseMoment(valueFromASTUntyped(node)),
});

const digestShape = /^[0-9a-f]{64}$/;
function parseDigest(value: unknown): string {
  if (typeof value !== 'string' || !digestShape.test(value))
    throw new GraphQLError('a Digest is 64 hexadecimal digits (SHA-256)');
  return value;
}

export const DigestScalar = new GraphQLScalarType<string, string>({
  name: 'Digest',
  description: 'A SHA-256 in 64 lower-case hexadecimal digits: the identity of content.',
  serialize: String,
  parseValue: parseDigest,
  parseLiteral: (node: ValueNode) => parseDigest(valueFromASTUntyped(node)),
});

export const JSONScalar = new GraphQLScalarType<unknown, unknown>({
  name: 'JSON',
  description: 'Any JSON value.',
  serialize: (value) => value,
  parseValue: () => {
    throw new GraphQLError('JSON is an output type only');
  },
});
