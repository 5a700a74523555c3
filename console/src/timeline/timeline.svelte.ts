import { ask } from "../api/ask";
import { Refusal } from "../api/refusal";
import type { Entry, NewEntry } from "../api/schema";
import { book } from "../contacts/book.svelte";
import { changes, type News } from "../live/changes.svelte";

const PAGE = 50;

/** The kinds of changes whose ids entries have. */
const KINDS = ["entry", "call", "conference"] as const;

/** The entries of a contact, oldest first, loaded from the newest on. */
export class Timeline {
  entries = $state.raw<readonly Entry[]>([]);
  /** Whether nothing has come yet. */
  starting = $state(true);
  loadingOlder = $state(false);
  /** Why entries could not be loaded, as a sentence. */
  problem = $state("");

  /** For each page loaded, the cursor that it came by and its entries' ids. */
  #pages: { cursor: string | undefined; ids: Set<string> }[] = [];
  /** What leads to older entries. */
  #older: string | null = null;

  constructor(readonly number: string) {}

  get #contactId(): string | undefined {
    return this.entries[0]?.contact_id ?? book.byNumber(this.number)?.id;
  }

  /** Follows the contact until the answer is called. */
  follow(): () => void {
    void this.#loadNewest();
    return changes.listen({
      changed: (news) => void this.#changed(news),
      renew: () => void this.#renew(),
    });
  }

  get isWhole(): boolean {
    return !this.starting && this.#older === null;
  }

  async loadOlder(): Promise<void> {
    if (this.loadingOlder || this.#older === null) return;
    this.loadingOlder = true;
    const cursor = this.#older;
    await this.#guarded(async () => {
      this.#older = await this.#page(cursor);
    });
    this.loadingOlder = false;
  }

  /** Loads the newest entries, down to some that are here already. */
  async #loadNewest(): Promise<void> {
    await this.#guarded(async () => {
      const known = new Set(this.entries.map(({ id }) => id));
      let cursor: string | undefined;
      for (;;) {
        const { items, next } = await this.#fetch(cursor);
        this.#keep(cursor, items);
        if (known.size === 0) this.#older = next;
        if (known.size === 0 || next === null || items.some(({ id }) => known.has(id))) break;
        cursor = next;
      }
      this.starting = false;
    });
  }

  /** Shows what has just been written, and what others wrote meanwhile. */
  refresh(): Promise<void> {
    return this.#loadNewest();
  }

  async #renew(): Promise<void> {
    this.starting = true;
    this.#pages = [];
    this.entries = [];
    await this.#loadNewest();
  }

  /** @throws {Refusal} the entry is refused. */
  async write(entry: NewEntry, key: string): Promise<void> {
    await ask("post", "/api/contacts/{number}/entries", { path: { number: this.number }, body: entry, key });
    await this.refresh();
  }

  /** Tells all agents that a voicemail has been heard. */
  async heard(id: string): Promise<void> {
    await ask("put", "/api/contacts/{number}/entries/{id}/heard", { path: { number: this.number, id } });
    this.entries = this.entries.map((entry) => (entry.id === id ? { ...entry, heard: true } : entry));
  }

  async #changed(news: News): Promise<void> {
    const ids = KINDS.flatMap((kind) => [...(news.get(kind) ?? [])]);
    const concerned = this.#pages.filter((page) => ids.some((id) => page.ids.has(id)));
    // What is new on the timeline also changes the contact.
    const contact = this.#contactId;
    const isNew = contact === undefined ? news.has("contact") : news.get("contact")?.has(contact);
    if (isNew || concerned.some(({ cursor }) => cursor === undefined)) await this.#loadNewest();
    for (const { cursor } of concerned) if (cursor !== undefined) await this.#guarded(() => this.#page(cursor));
  }

  async #page(cursor: string | undefined): Promise<string | null> {
    const { items, next } = await this.#fetch(cursor);
    this.#keep(cursor, items);
    return next;
  }

  #fetch(cursor: string | undefined) {
    const query = { limit: PAGE, ...(cursor ? { cursor } : {}) };
    return ask("get", "/api/contacts/{number}/entries", { path: { number: this.number }, query });
  }

  #keep(cursor: string | undefined, items: Entry[]): void {
    const page = this.#pages.find((page) => page.cursor === cursor);
    const ids = items.map(({ id }) => id);
    if (page) ids.forEach((id) => page.ids.add(id));
    else this.#pages.push({ cursor, ids: new Set(ids) });
    const byId = new Map(this.entries.map((entry) => [entry.id, entry]));
    for (const entry of items) byId.set(entry.id, entry);
    this.entries = [...byId.values()].sort((a, b) => (a.at === b.at ? (a.id < b.id ? -1 : 1) : a.at < b.at ? -1 : 1));
  }

  async #guarded(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
      this.problem = "";
    } catch (error) {
      this.problem = Refusal.sentence(error);
    }
  }
}
