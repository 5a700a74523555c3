import { ask } from "../api/ask";
import { PAGE } from "../api/pages";
import { Refusal } from "../api/refusal";
import type { Contact } from "../api/schema";
import { agents } from "../agents/agents.svelte";
import { book } from "../contacts/book.svelte";
import { changes } from "../live/changes.svelte";

export type Whose = "all" | "me" | "none";
export type Status = "open" | "done";

/**
 * The conversations of a filter, by last activity. What is listed is what the book knows down to
 * the oldest contact that has been loaded, so that every change of the book is in it at once.
 */
class Inbox {
  whose = $state<Whose>("all");
  status = $state<Status>("open");
  search = $state("");
  loading = $state(true);
  /** Why the list could not be loaded, as a sentence. */
  problem = $state("");

  /** The last activity of the oldest contact loaded: the list is whole from there on. */
  #horizon = $state("");
  #next = $state<string | null>(null);
  #found = $state.raw<string[]>([]);
  /** Tells answers of an earlier filter from those of this one. */
  #generation = 0;

  contacts = $derived.by<Contact[]>(() => {
    if (this.search) return this.#found.flatMap((number) => book.byNumber(number) ?? []);
    const listed = book.all.filter((contact) => this.#shows(contact) && contact.last_activity_at >= this.#horizon);
    return listed.sort((a, b) => (a.last_activity_at < b.last_activity_at ? 1 : -1));
  });

  constructor() {
    changes.listen({ changed: () => undefined, renew: () => void this.load() });
  }

  /** Loads the list of the filter or the search from its beginning. */
  async load(): Promise<void> {
    this.#generation += 1;
    this.loading = true;
    this.#next = null;
    await this.#page(undefined);
  }

  /** Loads what is further down. */
  async more(): Promise<void> {
    if (this.loading || this.#next === null) return;
    this.loading = true;
    await this.#page(this.#next);
  }

  async #page(cursor: string | undefined): Promise<void> {
    const generation = this.#generation;
    try {
      const page = await this.#fetch(cursor);
      if (generation !== this.#generation) return;
      book.put(page.items);
      const numbers = page.items.flatMap((contact) => contact.numbers[0] ?? []);
      this.#found = cursor ? [...this.#found, ...numbers] : numbers;
      this.#next = page.next;
      this.#horizon = page.next === null ? "" : (page.items.at(-1)?.last_activity_at ?? this.#horizon);
      this.problem = "";
    } catch (error) {
      if (generation === this.#generation) this.problem = Refusal.sentence(error);
    } finally {
      if (generation === this.#generation) this.loading = false;
    }
  }

  #fetch(cursor: string | undefined) {
    const filter = this.search
      ? { search: this.search }
      : { status: this.status, ...(this.whose === "all" ? {} : { assignee: this.whose }) };
    const query = { limit: PAGE, ...(cursor ? { cursor } : {}), ...filter };
    return ask("get", "/api/contacts", { query });
  }

  #shows(contact: Contact): boolean {
    if (contact.status !== this.status) return false;
    if (this.whose === "none") return contact.assignee === null;
    return this.whose === "all" || agents.isMe(contact.assignee);
  }
}

export const inbox = new Inbox();
