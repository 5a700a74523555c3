import type { PathStep } from "../../api/schema";

/** What a picture needs of a Studio flow definition. */
export interface Flow {
  initial_state: string;
  states: {
    name: string;
    type: string;
    transitions: { event: string; next?: string | undefined; conditions?: { friendly_name: string }[] }[];
  }[];
}

export interface Edge {
  from: string;
  to: string;
  /** Why one goes this way: a condition's name, or an event. */
  label: string;
  lit: boolean;
}

export interface FlowGraph {
  nodes: { name: string; lit: boolean }[];
  edges: Edge[];
}

/** Widgets that ask nobody: a call passes them without a step of its own. */
const SILENT = new Set(["set-variables", "split-based-on", "say-play"]);

/** The flow that calls can reach, with a call's way lit; without the flow, the way alone. */
export function graphOf(flow: Flow, path: readonly PathStep[]): FlowGraph {
  const states = new Map(flow.states.map((state) => [state.name, state]));
  if (!path.every(({ widget }) => states.has(widget))) return wayAlone(path);
  const edges = reachable(states, flow.initial_state);
  const litNodes = new Set(path.map(({ widget }) => widget));
  const lit = new Set<Edge>();
  for (const [index, step] of path.entries()) {
    const goal = path[index + 1]?.widget;
    for (const edge of way(states, edges, step, goal)) {
      lit.add(edge);
      litNodes.add(edge.to);
    }
  }
  const names = new Set([flow.initial_state, ...edges.flatMap(({ from, to }) => [from, to])]);
  return {
    nodes: [...names].map((name) => ({ name, lit: litNodes.has(name) })),
    edges: edges.map((edge) => ({ ...edge, lit: lit.has(edge) })),
  };
}

type States = ReadonlyMap<string, Flow["states"][number]>;

/** All transitions that a call can take, each pair of widgets once. */
function reachable(states: States, start: string): Edge[] {
  const edges: Edge[] = [];
  const seen = new Set([start]);
  for (const name of seen) {
    for (const { event, next, conditions } of states.get(name)?.transitions ?? []) {
      const isCalls = states.get(name)?.type !== "trigger" || event === "incomingCall";
      if (next === undefined || !isCalls) continue;
      seen.add(next);
      const label = conditions?.[0]?.friendly_name ?? event;
      const twin = edges.find((edge) => edge.from === name && edge.to === next);
      if (twin) twin.label += `, ${label}`;
      else edges.push({ from: name, to: next, label, lit: false });
    }
  }
  return edges;
}

/** From a step to the next one: the shortest way through widgets that ask nobody. */
function way(states: States, edges: Edge[], step: PathStep, goal: string | undefined): Edge[] {
  const taken = states.get(step.widget)?.transitions.find(({ event }) => event === step.event)?.next;
  const first = edges.find((edge) => edge.from === step.widget && edge.to === taken);
  if (!first) return [];
  if (goal === undefined || first.to === goal) return [first];
  const ways: Edge[][] = [[first]];
  const seen = new Set([first.to]);
  for (const way of ways) {
    const at = way.at(-1)!.to;
    if (!SILENT.has(states.get(at)?.type ?? "")) continue;
    for (const edge of edges) {
      if (edge.from !== at || seen.has(edge.to)) continue;
      if (edge.to === goal) return [...way, edge];
      seen.add(edge.to);
      ways.push([...way, edge]);
    }
  }
  return [first];
}

function wayAlone(path: readonly PathStep[]): FlowGraph {
  const names = [...new Set(path.map(({ widget }) => widget))];
  const steps = path.slice(1).map(({ widget }, index) => ({ from: path[index]!, to: widget }));
  return {
    nodes: names.map((name) => ({ name, lit: true })),
    edges: steps.map(({ from, to }) => ({ from: from.widget, to, label: from.digits ?? from.event, lit: true })),
  };
}
