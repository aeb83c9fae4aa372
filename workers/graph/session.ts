/** A graph made ready to run by ONNX Runtime. */
import * as ort from 'onnxruntime-node';
import type { Compute, Device } from '#src/device.ts';
import { UserError } from '#src/errors.ts';
import { floatBytes } from '../encoder/floats.ts';
import type { DType, Graph } from './ir.ts';
import { encodeOnnx } from './onnx.ts';

/** An array with its shape, as it goes into and comes out of a session. */
export type Tensor = ort.Tensor;

const dtypeOf = (data: Float32Array | Int32Array): DType =>
  data instanceof Float32Array ? 'float32' : 'int32';

/** Wraps an array without copying it: the session reads, or writes, what the array holds while it runs. */
export const tensor = (data: Float32Array | Int32Array, shape: readonly number[]): Tensor =>
  new ort.Tensor(dtypeOf(data), data, shape);

export interface Session {
  /**
   * Runs the graph and writes its outputs into the tensors given for them. They may be views of a WebAssembly
   * memory, never of a SharedArrayBuffer. This thread is blocked meanwhile.
   */
  run(inputs: Readonly<Record<string, Tensor>>, outputs: Readonly<Record<string, Tensor>>): Promise<void>;
  close(): Promise<void>;
}

/**
 * @param weights inputs that never change: a GPU keeps a copy; the processor keeps one of what something is multiplied
 * by, laid out for that (4 % of the time of encoding), and reads the others where they are
 * @throws UserError when there is no such device
 */
export async function openSession(
  graph: Graph,
  { threads, device = 'cpu' }: Compute,
  weights: Readonly<Record<string, Tensor>> = {},
): Promise<Session> {
  const [kept, fed] = device === 'cpu' ? byUse(graph, weights) : [weights, {}];
  const session = await create(encodeOnnx(graph, device, new Set(Object.keys(kept))), device, {
    externalData: Object.entries(kept).map(([path, { data }]) => ({
      path,
      data: floatBytes(data as Float32Array),
    })),
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    // A plan of memory is kept for every set of shapes, and a batch of real texts has shapes of its own.
    enableMemPattern: false,
    logSeverityLevel: 3,
    extra: {
      session: { set_denormal_as_zero: '1' },
      // The first would know beforehand the shape that `Late` waits for, the second take `turnedFirst` back.
      optimization: { disable_specified_optimizers: 'ReshapeFusion;MatmulTransposeFusion' },
    },
  });
  return {
    async run(inputs, outputs) {
      await session.run({ ...fed, ...inputs }, outputs);
    },
    close: () => session.release(),
  };
}

/** Weights by which something is multiplied, and the others. A function, so that closures do not hold the former. */
function byUse({ nodes }: Graph, weights: Readonly<Record<string, Tensor>>) {
  const factors = new Set(nodes.flatMap(({ op, inputs }) => (op === 'FusedMatMul' ? [inputs[1].name] : [])));
  const those = (multiplied: boolean) =>
    Object.fromEntries(Object.entries(weights).filter(([name]) => factors.has(name) === multiplied));
  return [those(true), those(false)];
}

async function create(model: Uint8Array, device: Device, options: ort.InferenceSession.SessionOptions) {
  try {
    return await ort.InferenceSession.create(model, { executionProviders: [device], ...options });
  } catch (error) {
    if (device === 'cpu' || !/adapter|Vulkan/i.test(String(error))) throw error;
    throw new UserError(
      'BAD_USER_INPUT',
      'ISOGLOSS_DEVICE is webgpu, but this machine shows no GPU: install its driver and, on Linux, the Vulkan loader (libvulkan1), or set ISOGLOSS_DEVICE=cpu',
    );
  }
}
