import { type AdapterData, clientCount, type FactorName, mapAdapter, repeated, sliceOf, stackOf, weightedSum } from '../adapters/index.ts';

/** An adapter with each factor [1, …] repeated for some clients, and of each personal one the slices of these clients. */
export const forClients = (adapter: AdapterData, participants: readonly number[]): AdapterData =>
  mapAdapter(adapter, (tensor) =>
    tensor.shape[0] === 1 ? repeated(tensor, participants.length) : stackOf(participants.map((client) => sliceOf(tensor, client))),
  );

/** The same, with what is shared left shared. */
export const sharedForClients = (adapter: AdapterData, participants: readonly number[]): AdapterData =>
  mapAdapter(adapter, (tensor) => (tensor.shape[0] === 1 ? tensor : stackOf(participants.map((client) => sliceOf(tensor, client)))));

/** The weighted mean over clients of every factor, [k, …] to [1, …]. */
export const averaged = (adapter: AdapterData, weights: readonly number[]): AdapterData =>
  mapAdapter(adapter, (stack) => (stack.shape[0] === 1 ? stack : weightedSum(stack, weights)));

/** An adapter with the slices of some clients replaced by those of a stack of these clients; others and shared factors stay. */
export function withClients(adapter: AdapterData, participants: readonly number[], changed: AdapterData): AdapterData {
  const all = clientCount(adapter);
  return mapAdapter(adapter, (tensor, factor, module) => {
    if (tensor.shape[0] === 1 && all > 1) return tensor;
    const slices = Array.from({ length: all }, (_, client) => {
      const index = participants.indexOf(client);
      return index < 0 ? sliceOf(tensor, client) : sliceOf(changed[module][factor]!, index);
    });
    return stackOf(slices);
  });
}

/** Only some factors of an adapter, for counting what is sent. */
export const factorsOf = (adapter: AdapterData, names: readonly FactorName[]): AdapterData =>
  Object.fromEntries(
    Object.entries(adapter).map(([module, factors]) => [module, Object.fromEntries(names.map((name) => [name, factors[name]!]))]),
  ) as unknown as AdapterData;
