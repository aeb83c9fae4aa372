import { LineCounter, parseDocument } from 'yaml';
import { badInput } from '#src/errors.ts';
import {
  type MergeMethodName,
  type MergeParameter,
  type MergeParameterName,
  mergeMethodNames,
  mergeParameterNames,
  mergeParameters,
  methodSpec,
} from '#src/recipes/merging.ts';
import { type Setting, setting } from '#src/recipes/setting.ts';
import type { Given, Value } from './merge-recipe.ts';

export interface MergekitConfig {
  method: MergeMethodName;
  base: string | null;
  models: { ref: string; given: Given; path: string }[];
  given: Given;
}

/** Has no influence on results: how mergekit keeps masks in memory. */
const immaterial = new Set(['int8_mask']);

/**
 * A mergekit configuration. Whatever of it cannot be honoured is an error that names the key; nothing is passed over.
 * @param at path of the text in the input
 */
export function readMergekit(text: string, at: string): MergekitConfig {
  const fail = (key: string, message: string) => badInput(at, key ? `${key}: ${message}` : message);
  const lines = new LineCounter();
  const document = parseDocument(text, { version: '1.1', lineCounter: lines });
  const [error] = document.errors;
  if (error)
    throw fail(
      '',
      `this is not YAML: line ${lines.linePos(error.pos[0]).line}: ${error.message.split('\n')[0]}`,
    );
  const root = record(document.toJS({ maxAliasCount: 100 }), '', fail);
  for (const key of Object.keys(root)) if (!known.has(key)) throw fail(key, refusals[key] ?? 'is not known');
  for (const key of ['dtype', 'out_dtype'])
    if (root[key] !== undefined && root[key] !== 'float32')
      throw fail(key, `is ${show(root[key])}; models are merged and written as float32`);
  if (root.tokenizer_source !== undefined && !['base', 'union'].includes(root.tokenizer_source as string))
    throw fail(
      'tokenizer_source',
      `is ${show(root.tokenizer_source)}; the models' tokenizers have to be the same`,
    );

  const method = mergeMethodNames.find((name) => methodSpec(name).key === root.merge_method);
  if (!method) {
    const names = mergeMethodNames.map((name) => methodSpec(name).key).join(', ');
    throw fail('merge_method', `is ${show(root.merge_method)}; there are ${names}`);
  }
  if (!Array.isArray(root.models) || root.models.length === 0)
    throw fail('models', 'has to be a list of models');
  const models = root.models.map((entry, i) => {
    const key = `models[${i}]`;
    const { model, parameters, ...rest } = record(entry, key, fail);
    for (const extra of Object.keys(rest)) throw fail(`${key}.${extra}`, 'is not known');
    return {
      ref: refOf(model, `${key}.model`, fail),
      given: readParameters(parameters, `${key}.parameters`, fail),
      path: at,
    };
  });
  const base = root.base_model === undefined ? null : refOf(root.base_model, 'base_model', fail);
  const given = readParameters(root.parameters, 'parameters', fail);
  // In mergekit weights have no default, and a forgotten one is no 1.
  models.forEach((model, i) => {
    const needs = 'weights' in methodSpec(method).parameters && model.ref !== base;
    if (needs && model.given.weights === undefined && given.weights === undefined)
      throw fail(`models[${i}].parameters.weight`, 'is missing, and has no default in mergekit');
  });
  return { method, base, models, given };
}

type Fail = (key: string, message: string) => Error;

const known = new Set([
  ...['merge_method', 'base_model', 'models', 'parameters'],
  ...['dtype', 'out_dtype', 'tokenizer_source'],
]);
const whole = 'is not supported: models are merged whole, as `models`';
const refusals: Record<string, string> = {
  slices: whole,
  modules: whole,
  tokenizer: "is not supported: the models' tokenizers have to be the same",
  chat_template: 'is not supported: encoders have none',
};

function record(value: unknown, key: string, fail: Fail): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as never;
  throw fail(key, 'has to be a mapping of keys to values');
}

function refOf(value: unknown, key: string, fail: Fail): string {
  if (typeof value === 'string' && value !== '') return value;
  throw fail(key, `is ${show(value)}, not the ref of a model`);
}

function readParameters(value: unknown, key: string, fail: Fail): Given {
  if (value === undefined || value === null) return {};
  const given: Given = {};
  for (const [name, each] of Object.entries(record(value, key, fail))) {
    const parameter = mergeParameterNames.find((own) => mergeParameters[own].key === name);
    if (parameter) given[parameter] = readValue(each, mergeParameters[parameter], `${key}.${name}`, fail);
    else if (!immaterial.has(name)) throw fail(`${key}.${name}`, 'is not known');
  }
  return given;
}

function readValue(value: unknown, { type }: MergeParameter, key: string, fail: Fail): Value {
  if (type === 'RESCALE') {
    if (typeof value === 'boolean') return value ? 'L1' : 'NONE';
    if (value === 'expected') return 'EXPECTED';
    throw fail(key, `is ${show(value)}, not true (to the L1 norm), false or expected (by 1 / density)`);
  }
  if (type === 'BOOLEAN') {
    if (typeof value === 'boolean') return value;
    throw fail(key, `is ${show(value)}, not true or false for all tensors`);
  }
  if (type !== 'SETTING') {
    const number = numeric(value);
    if (typeof number === 'number' && Number.isFinite(number)) return number;
    throw fail(key, `is ${show(value)}, not one number for all tensors`);
  }
  return readSetting(value, key, fail);
}

function readSetting(value: unknown, key: string, fail: Fail): Setting {
  const gradient = (of: unknown) => {
    const numbers = Array.isArray(of) ? of.map(numeric) : numeric(of);
    return Array.isArray(numbers) && numbers.length === 1 ? numbers[0] : numbers;
  };
  const isCondition = (of: unknown) => typeof of === 'object' && of !== null && !Array.isArray(of);
  const list = isCondition(value) ? [value] : value;
  const read =
    Array.isArray(list) && list.some(isCondition)
      ? list.map((entry) =>
          isCondition(entry)
            ? Object.fromEntries(
                Object.entries(entry as object).flatMap(([name, of]) =>
                  name === 'value' ? [[name, gradient(of)]] : of === null ? [] : [[name, of]],
                ),
              )
            : entry,
        )
      : gradient(list);
  const { success, data } = setting.safeParse(read);
  if (success) return data;
  throw fail(key, `is ${show(value)}, not a number, a list of numbers or a list of {filter, value}`);
}

/** YAML 1.1 reads 1e-7 as a string, and mergekit then as a number. */
function numeric(value: unknown): unknown {
  return typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value))
    ? Number(value)
    : value;
}

const show = (value: unknown) => (JSON.stringify(value) ?? 'missing').slice(0, 100);

/** A parameter as mergekit writes it. */
export const mergekitName = (name: MergeParameterName) => mergeParameters[name].key;
