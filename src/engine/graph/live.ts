import type { Graph } from './graph.ts';
import type { Node, Value } from './value.ts';

/** The nodes that the outputs need, in the order they can run; the rest is dead code. */
export function liveNodes(graph: Graph, outputs: readonly Value[]): Node[] {
  const live = new Set<Node>();
  const open = outputs.flatMap(({ node }) => (node === undefined ? [] : [node]));
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (live.has(node)) continue;
    live.add(node);
    for (const value of node.inputs) if (value?.node !== undefined) open.push(value.node);
  }
  return graph.allNodes.filter((node) => live.has(node));
}
