/**
 * Where the graphs of transformers run: on the processor, or on a GPU that Vulkan, Metal or Direct3D 12 reaches, by the
 * WebGPU provider that onnxruntime-node brings along. All else, static models among it, is the processor's.
 */
export const devices = ['cpu', 'webgpu'] as const;
export type Device = (typeof devices)[number];

/** What a run computes with. */
export interface Compute {
  /** Cores. */
  threads: number;
  /** Absent: the processor. */
  device?: Device;
}
