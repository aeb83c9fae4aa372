/**
 * A transformer as an ONNX model of standard operators (opset 18) with the names that transformers.js, Optimum and
 * sentence-transformers look for: `input_ids` and `attention_mask` [batch, sequence] in, `last_hidden_state` out, and
 * `sentence_embedding`, which is what our own encoder gives. It is padded, unlike the graph that we train and encode
 * with, since that is what those tools feed; the tests hold the two together.
 */
import { UserError } from '#src/errors.ts';
import type { OnnxAttribute, OnnxGraph, OnnxNode, OnnxTensor } from '../../graph/lowering.ts';
import { encodeNodes } from '../../graph/onnx.ts';
import type { BertConfig, ModelConfig } from '../model.ts';
import { quantizeRows, transpose, zeroPoint } from './quantize.ts';

export type Precision = 'FP32' | 'INT8';
type Read = (name: string) => Promise<Float32Array>;
type Attributes = Readonly<Record<string, OnnxAttribute>>;

/** A protobuf message ends at 2 GiB. */
const maxBytes = 2 ** 31 - 2 ** 20;

/** @param read tensors by Hugging Face's names, one at a time */
export async function encodeOnnxModel(
  config: ModelConfig & { encoder: BertConfig },
  read: Read,
  precision: Precision,
): Promise<Uint8Array> {
  const nodes: OnnxNode[] = [];
  const initializers = new Map<string, OnnxTensor>();
  let bytes = 0;

  function emit(
    op: string,
    inputs: string[],
    attributes: Attributes = {},
    outputs = [`${op}_${nodes.length}`],
  ) {
    nodes.push({ op, domain: '', inputs, outputs, attributes });
    return outputs[0];
  }
  function put(name: string, shape: number[], data: OnnxTensor['data']): string {
    if (!initializers.has(name)) bytes += data.byteLength;
    if (bytes > maxBytes)
      throw new UserError(
        'LIMIT_EXCEEDED',
        `the model's weights take more than the 2 GiB that one ONNX file can hold${precision === 'FP32' ? '; take onnx/model_quantized.onnx, or model.safetensors' : ''}`,
      );
    initializers.set(name, { name, shape, data });
    return name;
  }
  const integers = (...values: number[]) =>
    put(`integers ${values}`, [values.length], BigInt64Array.from(values, BigInt));
  const index = (value: number) => put(`index ${value}`, [], BigInt64Array.of(BigInt(value)));
  const number = (value: number) => put(`number ${value}`, [], Float32Array.of(value));
  const zero = () => put('zero point', [], Uint8Array.of(zeroPoint));
  const vector = async (name: string) => {
    const data = await read(name);
    return put(name, [data.length], data);
  };

  /** x W' + b with W [out, in]. */
  async function linear(
    x: string,
    name: string,
    [out, inputs]: [number, number],
    bias = true,
  ): Promise<string> {
    const values = await read(`${name}.weight`);
    let product: string;
    if (precision === 'FP32')
      product = emit('MatMul', [x, put(`${name}.weight`, [inputs, out], transpose(values, out, inputs))]);
    else {
      const { data, scales } = quantizeRows(values, out, inputs);
      const weight = put(`${name}.weight`, [inputs, out], transpose(data, out, inputs));
      const [q, scale, point] = ['q', 'scale', 'zero'].map((what) => `${name} ${what} of the input`);
      emit('DynamicQuantizeLinear', [x], {}, [q, scale, point]);
      const whole = emit('Cast', [emit('MatMulInteger', [q, weight, point, zero()])], { to: 1 });
      const steps = emit('Mul', [scale, put(`${name}.scales`, [out], scales)]);
      product = emit('Mul', [whole, steps]);
    }
    return bias ? emit('Add', [product, await vector(`${name}.bias`)]) : product;
  }
  const norm = async (x: string, name: string, output?: string) =>
    emit(
      'LayerNormalization',
      [x, await vector(`${name}.weight`), await vector(`${name}.bias`)],
      { axis: -1, epsilon: { float: config.encoder.layerNormEps } },
      output ? [output] : undefined,
    );
  /** x Phi(x); ONNX has it as an operator only from opset 20 on. */
  const gelu = (x: string) => {
    const phi = emit('Add', [emit('Erf', [emit('Mul', [x, number(Math.SQRT1_2)])]), number(1)]);
    return emit('Mul', [emit('Mul', [x, number(0.5)]), phi]);
  };

  async function words(): Promise<string> {
    const name = 'embeddings.word_embeddings.weight';
    const { vocabSize, hidden } = config.encoder;
    const values = await read(name);
    if (precision === 'FP32') return emit('Gather', [put(name, [vocabSize, hidden], values), 'input_ids']);
    const { data, scales } = quantizeRows(values, vocabSize, hidden);
    const rows = emit('Gather', [put(name, [vocabSize, hidden], data), 'input_ids']);
    const centred = emit('Sub', [emit('Cast', [rows], { to: 1 }), number(zeroPoint)]);
    return emit('Mul', [
      centred,
      emit('Gather', [put(`${name}.scales`, [vocabSize, 1], scales), 'input_ids']),
    ]);
  }

  async function embeddings(): Promise<string> {
    const { hidden, positions, positionOffset } = config.encoder;
    const length = emit('Squeeze', [emit('Shape', ['input_ids'], { start: 1, end: 2 })]);
    const end = emit('Add', [length, index(positionOffset)]);
    const places = emit('Range', [index(positionOffset), end, index(1)]);
    const table = 'embeddings.position_embeddings.weight';
    const position = emit('Gather', [put(table, [positions, hidden], await read(table)), places]);
    const types = await read('embeddings.token_type_embeddings.weight');
    const single = put('type of a single text', [hidden], types.slice(0, hidden));
    const sum = emit('Add', [emit('Add', [await words(), position]), single]);
    return norm(sum, 'embeddings.LayerNorm');
  }

  async function layer(x: string, name: string, bias: string, output?: string): Promise<string> {
    const { hidden, heads, ffn } = config.encoder;
    const width = hidden / heads;
    const split = async (part: string, perm: number[]) => {
      const all = await linear(x, `${name}.attention.self.${part}`, [hidden, hidden]);
      return emit('Transpose', [emit('Reshape', [all, integers(0, 0, heads, width)])], { perm });
    };
    const query = await split('query', [0, 2, 1, 3]);
    const key = await split('key', [0, 2, 3, 1]);
    const value = await split('value', [0, 2, 1, 3]);
    const scores = emit('Div', [emit('MatMul', [query, key]), number(Math.sqrt(width))]);
    const attention = emit('Softmax', [emit('Add', [scores, bias])], { axis: -1 });
    const heard = emit('Transpose', [emit('MatMul', [attention, value])], { perm: [0, 2, 1, 3] });
    const context = emit('Reshape', [heard, integers(0, 0, hidden)]);
    const attended = await linear(context, `${name}.attention.output.dense`, [hidden, hidden]);
    const mid = await norm(emit('Add', [attended, x]), `${name}.attention.output.LayerNorm`);
    const wide = gelu(await linear(mid, `${name}.intermediate.dense`, [ffn, hidden]));
    const narrow = await linear(wide, `${name}.output.dense`, [hidden, ffn]);
    return norm(emit('Add', [narrow, mid]), `${name}.output.LayerNorm`, output);
  }

  /** sentence-transformers' modules behind the transformer. */
  async function sentence(hidden: string, mask: string) {
    const present = emit('Unsqueeze', [mask, integers(-1)]);
    let x: string;
    if (config.pooling === 'CLS') x = emit('Gather', [hidden, index(0)], { axis: 1 });
    else if (config.pooling === 'MAX') {
      const absent = emit('Mul', [emit('Sub', [present, number(1)]), number(1e9)]);
      x = emit('ReduceMax', [emit('Add', [hidden, absent]), integers(1)], { keepdims: 0 });
    } else {
      const sum = emit('ReduceSum', [emit('Mul', [hidden, present]), integers(1)], { keepdims: 0 });
      const count = emit('ReduceSum', [present, integers(1)], { keepdims: 0 });
      x = emit('Div', [sum, emit('Max', [count, number(1e-9)])]);
    }
    for (const { path, in: inputs, out, bias, activation } of config.dense) {
      const y = await linear(x, `${path}.linear`, [out, inputs], bias);
      const operators = { TANH: () => emit('Tanh', [y]), RELU: () => emit('Relu', [y]), GELU: () => gelu(y) };
      x = activation === 'IDENTITY' ? y : operators[activation]();
    }
    const length = emit('Max', [emit('ReduceL2', [x, integers(-1)]), number(1e-12)]);
    emit(config.normalize ? 'Div' : 'Identity', config.normalize ? [x, length] : [x], {}, [
      'sentence_embedding',
    ]);
  }

  const mask = emit('Cast', ['attention_mask'], { to: 1 });
  const absent = emit('Mul', [emit('Sub', [mask, number(1)]), number(1e9)]);
  const bias = emit('Unsqueeze', [absent, integers(1, 2)]);
  let x = await embeddings();
  const { layers } = config.encoder;
  for (let i = 0; i < layers; i++)
    x = await layer(x, `encoder.layer.${i}`, bias, i === layers - 1 ? 'last_hidden_state' : undefined);
  await sentence(x, mask);

  const ids = (name: string) => ({ name, dtype: 'int64' as const, shape: ['batch', 'sequence'] });
  const graph: OnnxGraph = {
    inputs: [ids('input_ids'), ids('attention_mask')],
    outputs: ['last_hidden_state', 'sentence_embedding'],
    nodes,
    initializers: [...initializers.values()],
  };
  return encodeNodes(graph);
}
