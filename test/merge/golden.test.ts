/** Every method on three tiny BERT models, as mergekit merges them from the same configuration (test/golden/merge). */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type Asked, mergeRecipe } from '#src/models/merge-recipe.ts';
import { mergekitName, readMergekit } from '#src/models/mergekit-reader.ts';
import { mergeMethodNames, methodSpec } from '#src/recipes/merging.ts';
import { openSafetensors } from '#workers/encoder/safetensors.ts';
import { methodOf } from '#workers/merge/registry.ts';
import { mergeTensor, paramsOf, positionOf, viewOf } from '#workers/merge/tensor.ts';

const golden = join(import.meta.dirname, '../golden/merge');
const names = ['base', 'a', 'b', 'c'];
const opened = new Map(
  await Promise.all(
    names.map(
      async (name) => [name, await openSafetensors(join(golden, name, 'model.safetensors'))] as const,
    ),
  ),
);
after(() => Promise.all([...opened.values()].map((file) => file.close())));

const cases = readdirSync(join(golden, 'merged'))
  .filter((file) => file.endsWith('.yml'))
  .map((file) => file.slice(0, -4));

/** The recipe that a configuration becomes; the models' names stand for their digests. */
function recipeOf(name: string) {
  const { models, base, ...rest } = readMergekit(
    readFileSync(join(golden, 'merged', `${name}.yml`), 'utf8'),
    'yaml',
  );
  const asked: Asked = {
    ...{ ...rest, base, path: 'yaml', basePath: 'yaml', modelsPath: 'yaml', nameOf: mergekitName },
    models: models.map((model) => ({ ...model, digest: model.ref })),
  };
  return mergeRecipe(asked);
}

for (const name of cases)
  test(`${name}: mergekit's values`, async (t) => {
    const { params, inputs } = recipeOf(name);
    const models = inputs.filter(({ role }) => role === 'model').map(({ digest }) => digest);
    const base = inputs.find(({ role }) => role === 'base')?.digest;
    const expected = await openSafetensors(join(golden, 'merged', `${name}.safetensors`));
    t.after(expected.close);
    assert.deepEqual([...expected.entries.keys()].sort(), [...opened.get('base')!.entries.keys()].sort());
    for (const [tensor, { shape }] of expected.entries) {
      const wanted = await expected.read(tensor);
      const values = await Promise.all(models.map((model) => opened.get(model)!.read(tensor)));
      const zero = base === undefined ? null : await opened.get(base)!.read(tensor);
      const found = mergeTensor(
        methodOf(params.method),
        viewOf(tensor, shape, models, values, zero),
        paramsOf(params, tensor, positionOf(tensor, 2)),
      );
      const error = Math.max(...wanted.map((x, i) => Math.abs(x - found[i])));
      const size = Math.max(...wanted.map(Math.abs));
      assert.ok(error <= 2e-6 * size, `${tensor} [${shape}]: off by ${error}, of at most ${size}`);
    }
  });

test('every method but those of random masks, which DELLA cannot be without, has a case', () => {
  const covered = new Set(cases.map((name) => recipeOf(name).params.method));
  assert.deepEqual(
    mergeMethodNames.filter((name) => !covered.has(name)).map((name) => methodSpec(name).key),
    ['della', 'della_linear'],
  );
});
