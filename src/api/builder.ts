import SchemaBuilder from '@pothos/core';
import RelayPlugin from '@pothos/plugin-relay';
import { UserError } from '#src/errors.ts';
import type { Context } from './context.ts';
import { DateTimeScalar, DigestScalar, JSONScalar } from './scalars.ts';

/**
 * The one schema builder. Every noun's folder has a `schema.ts` that adds its types and fields to it when imported;
 * `schema.ts` beside this file imports them all.
 */
export const builder = new SchemaBuilder<{
  Context: Context;
  DefaultFieldNullability: false;
  DefaultInputFieldRequiredness: false;
  Scalars: {
    DateTime: { Input: Date; Output: Date | string };
    Digest: { Input: string; Output: string };
    JSON: { Input: never; Output: unknown };
    ID: { Input: string; Output: string | number | bigint };
  };
  Connection: { totalCount: () => Promise<number> };
}>({
  plugins: [RelayPlugin],
  defaultFieldNullability: false,
  relay: { cursorType: 'String', clientMutationId: 'omit', nodesOnConnection: true, decodeGlobalID },
});

builder.addScalarType('DateTime', DateTimeScalar);
builder.addScalarType('Digest', DigestScalar);
builder.addScalarType('JSON', JSONScalar);

builder.queryType({});
builder.mutationType({});
builder.subscriptionType({});

builder.globalConnectionField('totalCount', (t) =>
  t.int({
    description: 'Counted only when selected.',
    resolve: (connection) => connection.totalCount(),
  }),
);

export function decodeGlobalID(id: string): { typename: string; id: string } {
  const text = Buffer.from(id, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  // Buffer skips what is not base64; encoding again shows whether anything was skipped.
  if (colon < 1 || Buffer.from(text).toString('base64') !== id) {
    const message = `"${id.slice(0, 100)}" is not an id of this API`;
    throw new UserError('BAD_USER_INPUT', message, [{ path: 'id', message }]);
  }
  return { typename: text.slice(0, colon), id: text.slice(colon + 1) };
}

export const encodeGlobalID = (typename: string, id: string | number) =>
  Buffer.from(`${typename}:${id}`).toString('base64');
