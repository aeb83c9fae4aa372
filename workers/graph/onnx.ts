/** Writes a graph as an ONNX ModelProto. Field numbers are those of onnx.proto3, unchanged since IR version 3. */
import type { Device } from '#src/device.ts';
import type { Graph } from './ir.ts';
import {
  lower,
  type OnnxAttribute,
  type OnnxDType,
  type OnnxGraph,
  type OnnxInput,
  type OnnxNode,
  type OnnxOutsider,
  type OnnxTensor,
} from './lowering.ts';
import { bytes, float32, message, type Part, text, varint } from './protobuf.ts';

const elementType: Record<OnnxDType, number> = { float32: 1, uint8: 2, int32: 6, int64: 7 };
const attributeType = { float: 1, int: 2, string: 3, ints: 7 };

function attribute(name: string, value: OnnxAttribute): Part {
  const kind = (type: keyof typeof attributeType) => varint(20, attributeType[type]);
  if (typeof value === 'number') return message(5, [text(1, name), varint(3, value), kind('int')]);
  if ('float' in value) return message(5, [text(1, name), float32(2, value.float), kind('float')]);
  if ('text' in value) return message(5, [text(1, name), text(4, value.text), kind('string')]);
  return message(5, [text(1, name), ...value.map((v) => varint(8, v)), kind('ints')]);
}

const node = ({ op, domain, inputs, outputs, attributes }: OnnxNode) =>
  message(1, [
    ...inputs.map((i) => text(1, i)),
    ...outputs.map((o) => text(2, o)),
    text(4, op),
    ...Object.entries(attributes).map(([key, value]) => attribute(key, value)),
    text(7, domain),
  ]);

function typeOf(data: OnnxTensor['data']): number {
  if (data instanceof Float32Array) return elementType.float32;
  if (data instanceof Uint8Array) return elementType.uint8;
  return elementType[data instanceof Int32Array ? 'int32' : 'int64'];
}
const initializer = ({ name, shape, data }: OnnxTensor) =>
  message(5, [
    ...shape.map((d) => varint(1, d)),
    varint(2, typeOf(data)),
    text(8, name),
    bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  ]);

/** A tensor in a file of its own, which is called as it is. */
const outsider = ({ name, shape }: OnnxOutsider) =>
  message(5, [
    ...shape.map((d) => varint(1, d)),
    varint(2, elementType.float32),
    text(8, name),
    message(13, [text(1, 'location'), text(2, name)]),
    varint(14, 1),
  ]);

const input = ({ name, dtype, shape }: OnnxInput) => {
  const dims = shape.map((d) => message(1, [typeof d === 'number' ? varint(1, d) : text(2, d)]));
  return message(11, [
    text(1, name),
    message(2, [message(1, [varint(1, elementType[dtype]), message(2, dims)])]),
  ]);
};

/** @param outside inputs whose values the session brings along, by name */
export const encodeOnnx = (graph: Graph, device: Device, outside: ReadonlySet<string>): Uint8Array =>
  encodeNodes(lower(graph, device, outside));

/** For graphs of operators that our own graph has no use for, e.g. TopK. */
export function encodeNodes({ inputs, outputs, nodes, initializers, outsiders = [] }: OnnxGraph): Uint8Array {
  const opset = (domain: string, version: number) => message(8, [text(1, domain), varint(2, version)]);
  const model = message(0, [
    varint(1, 8),
    text(2, 'isogloss'),
    message(7, [
      ...nodes.map(node),
      text(2, 'graph'),
      ...initializers.map(initializer),
      ...outsiders.map(outsider),
      ...inputs.map(input),
      // ONNX Runtime infers the types of outputs.
      ...outputs.map((o) => message(12, [text(1, o)])),
    ]),
    opset('', 18),
    opset('com.microsoft', 1),
  ]);
  return model.body();
}
