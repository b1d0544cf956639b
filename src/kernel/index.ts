export { installKernelspec, type KernelspecFile, uninstallKernelspec } from './kernelspec.ts';
export { type ConnectionInfo, endpoint, type Header, MAX_MESSAGE_BYTES, type Message, PROTOCOL_VERSION, Wire, WireError } from './wire.ts';
