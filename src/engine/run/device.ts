import { listSupportedBackends } from 'onnxruntime-node';
import { messageOf, UserError } from '../../core/index.ts';

/** Where a compiled function runs. */
export type Device = 'cpu' | 'webgpu' | 'cuda' | 'coreml' | 'dml';

/** Devices that this machine's onnxruntime was built with, `cpu` first. Whether a GPU is present shows when a function is compiled for it. */
export function devices(): Device[] {
  const built = listSupportedBackends().map(({ name }) => name);
  return (['cpu', 'webgpu', 'cuda', 'coreml', 'dml'] as const).filter((name) => name === 'cpu' || built.includes(name));
}

/** @throws UserError when onnxruntime was built without the device */
export function checkDevice(where: string, device: Device): void {
  const known = devices();
  if (!known.includes(device)) {
    throw new UserError(`${where}: device must be one of ${known.join(', ')} on this machine, got '${device}' (cpu is always there)`);
  }
}

/** What is thrown when a session cannot start on a device. */
export function deviceError(where: string, device: Device, thrown: unknown): UserError {
  const [line] = messageOf(thrown).split('\n');
  const advice = device === 'cpu' ? '' : ` (it needs the device's driver and libraries; device 'cpu' needs none)`;
  return new UserError(`${where}: onnxruntime must accept the graph on device '${device}', it says: ${line}${advice}`, { cause: thrown });
}
