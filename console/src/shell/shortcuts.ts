import { preferences } from "./preferences.svelte";

/** What single keys do. `g` is followed by the letter of a view. */
export const SHORTCUTS = {
  "?": "Show this list",
  "/": "Search contacts",
  j: "Next conversation",
  k: "Previous conversation",
  r: "Write a text",
  n: "Write a note",
  c: "Call the contact",
  d: "Mark as done, or open again",
  a: "Assign to me, or to nobody",
  "+": "New conversation",
  "g i": "Go to the inbox",
  "g c": "Go to calls",
  "g f": "Go to conferences",
  "g o": "Go to the overview",
  "g s": "Go to settings",
} as const;

export type Keys = keyof typeof SHORTCUTS;

/** How long after `g` the second key may come, in milliseconds. */
const SEQUENCE = 1_500;

const bound = new Map<string, () => void>();
let begunAt = -SEQUENCE;

/** Lets keys do something until the answer is called. */
export function shortcut(keys: Keys, act: () => void): () => void {
  bound.set(keys, act);
  return () => {
    if (bound.get(keys) === act) bound.delete(keys);
  };
}

export function onKey(event: KeyboardEvent): void {
  if (!preferences.shortcuts || event.ctrlKey || event.metaKey || event.altKey || isBusy(event.target)) return;
  const follows = event.timeStamp - begunAt < SEQUENCE;
  begunAt = event.key === "g" ? event.timeStamp : -SEQUENCE;
  const act = bound.get(follows ? `g ${event.key}` : event.key);
  if (!act) return;
  event.preventDefault();
  act();
}

/** Whether keys are for what has the focus. */
function isBusy(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input, textarea, select, dialog, [role=menu]") !== null;
}
