import { ask } from "../api/ask";

let prefix: Promise<string> | undefined;

/** The calling code of our main number, e.g. `+1`. */
export function ownPrefix(): Promise<string> {
  prefix ??= ask("get", "/api/phone-numbers", { query: { limit: 1 } }).then(({ items }) => items[0]?.prefix ?? "");
  prefix.catch(() => (prefix = undefined));
  return prefix;
}

/**
 * A number as it is dialled in the country of a calling code, in E.164. Only what a route's path
 * needs: texts and calls take numbers as they are typed, and the server knows every country's rules.
 */
export function asE164(dialled: string, prefix: string): string {
  const typed = dialled.trim();
  if (!/^[+\d\s().\-/]+$/.test(typed)) return typed;
  const digits = typed.replace(/\D/g, "");
  if (typed.startsWith("+")) return `+${digits}`;
  if (digits.startsWith("00")) return `+${digits.slice(2)}`;
  if (prefix === "+1" && digits.length === 11 && digits.startsWith("1")) return `+${digits}`;
  // Short codes are as they are.
  if (digits.length < 7) return digits;
  return `${prefix}${digits.replace(/^0/, "")}`;
}
