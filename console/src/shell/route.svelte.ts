/** The views of the console, and what is open in each. */
export type View = "contacts" | "calls" | "conferences" | "overview" | "settings";

const VIEWS: readonly View[] = ["contacts", "calls", "conferences", "overview", "settings"];

/** Where one is: the fragment of the address, e.g. `#/contacts/+15005550111`. */
class Route {
  view = $state<View>("contacts");
  /** The contact's number, the call's SID or the conference's id; empty for none. */
  id = $state("");

  constructor() {
    addEventListener("hashchange", () => this.#read());
    this.#read();
  }

  go(view: View, id = ""): void {
    location.hash = link(view, id);
  }

  #read(): void {
    const [, view, id = ""] = location.hash.split("/");
    this.view = VIEWS.find((known) => known === view) ?? "contacts";
    try {
      this.id = decodeURIComponent(id);
    } catch {
      this.id = "";
    }
  }
}

/** The address of a view. */
export function link(view: View, id = ""): string {
  return id ? `#/${view}/${encodeURIComponent(id).replaceAll("%2B", "+")}` : `#/${view}`;
}

export const route = new Route();
