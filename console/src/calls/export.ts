import { send } from "../api/ask";
import { wanted, type CallFilter } from "./history.svelte";

/**
 * The calls of a filter as a spreadsheet file.
 *
 * @throws {Refusal} a part of it is refused.
 */
export async function exportCalls(filter: CallFilter): Promise<File> {
  const parts: string[] = [];
  let next: string | undefined = `/api/calls?${new URLSearchParams(wanted(filter))}`;
  while (next) {
    const response = await send(next, { headers: { accept: "text/csv" } });
    const rows = await response.text();
    // Each part has the names of the columns.
    parts.push(parts.length ? rows.slice(rows.indexOf("\n") + 1) : rows);
    next = following(response.headers.get("link"));
  }
  return new File(parts, "calls.csv", { type: "text/csv" });
}

/** Where the next part is, by header `Link`. */
function following(link: string | null): string | undefined {
  const [, address] = /<([^>]+)>; *rel="next"/.exec(link ?? "") ?? [];
  if (!address) return undefined;
  const { pathname, search } = new URL(address, location.href);
  return pathname + search;
}

/** Hands a file to the person. */
export function download(file: File): void {
  const anchor = document.createElement("a");
  anchor.href = URL.createObjectURL(file);
  anchor.download = file.name;
  anchor.click();
  URL.revokeObjectURL(anchor.href);
}
