import { ask } from "../api/ask";
import { Refusal } from "../api/refusal";
import type { Change, Contact } from "../api/schema";
import { changes, type News } from "../live/changes.svelte";
import { numberOf } from "./contact";

/** Above so many changed contacts, the latest are fetched as a list, and only the others one by one. */
const FEW = 3;
/** How many are the latest. */
const LATEST = 50;

/** Every contact that the page has seen, as it is now. */
class Book {
  #byId = $state.raw<ReadonlyMap<string, Contact>>(new Map());
  /** Contacts, each by every number. */
  #byNumber = $derived(
    new Map([...this.#byId.values()].flatMap((contact) => contact.numbers.map((number) => [number, contact]))),
  );
  /** How many contacts have something that nobody has read. */
  unread = $derived([...this.#byId.values()].filter(({ unread }) => unread > 0).length);
  #arrivals = new Set<(contact: Contact) => void>();

  constructor() {
    changes.listen({ changed: (news) => void this.#changed(news), renew: () => undefined });
  }

  get all(): Contact[] {
    return [...this.#byId.values()];
  }

  byNumber(number: string): Contact | undefined {
    return this.#byNumber.get(number);
  }

  /** Calls back for a contact with more unread than before. */
  onArrival(listener: (contact: Contact) => void): () => void {
    this.#arrivals.add(listener);
    return () => this.#arrivals.delete(listener);
  }

  put(contacts: Contact[]): void {
    const byId = new Map(this.#byId);
    for (const contact of contacts) byId.set(contact.id, contact);
    this.#byId = byId;
  }

  /** As `put`, of contacts of which some have changed. */
  #putNews(contacts: Contact[], changed: ReadonlySet<string>): void {
    const unreadBefore = (id: string) => this.#byId.get(id)?.unread ?? 0;
    const arrived = contacts.filter(({ id, unread }) => changed.has(id) && unread > unreadBefore(id));
    this.put(contacts);
    for (const contact of arrived) this.#arrivals.forEach((listener) => listener(contact));
  }

  /** @throws {Refusal} 404: no contact has the number. */
  async fetch(number: string): Promise<Contact> {
    const contact = await ask("get", "/api/contacts/{number}", { path: { number } });
    this.put([contact]);
    return contact;
  }

  /** @throws {Refusal} the change is refused. */
  async change(number: string, change: Change): Promise<Contact> {
    const contact = await ask("put", "/api/contacts/{number}", { path: { number }, body: change });
    this.put([contact]);
    return contact;
  }

  /** For all agents. */
  async markRead(number: string): Promise<void> {
    this.put([await ask("put", "/api/contacts/{number}/read", { path: { number } })]);
  }

  /** Erases the contact and whatever belongs to it. */
  async erase(number: string): Promise<void> {
    await ask("delete", "/api/contacts/{number}", { path: { number } });
    const contact = this.byNumber(number);
    if (contact) this.#remove(contact.id);
  }

  #remove(id: string): void {
    const byId = new Map(this.#byId);
    byId.delete(id);
    this.#byId = byId;
  }

  async #changed(news: News): Promise<void> {
    const changed = news.get("contact") ?? new Set<string>();
    const ids = new Set(changed);
    if (ids.size > FEW || [...ids].some((id) => !this.#byId.has(id))) {
      // Who is new, or has just got something, is at the top. A failure is made good: changes are told again.
      const latest = await ask("get", "/api/contacts", { query: { limit: LATEST } }).catch(() => undefined);
      this.#putNews(latest?.items ?? [], changed);
      for (const { id } of latest?.items ?? []) ids.delete(id);
    }
    const others = [...ids].flatMap((id) => this.#byId.get(id) ?? []);
    await Promise.all(others.map((contact) => this.#refresh(contact)));
  }

  async #refresh(contact: Contact): Promise<void> {
    try {
      const number = numberOf(contact);
      const now = await ask("get", "/api/contacts/{number}", { path: { number } });
      this.#putNews([now], new Set([now.id]));
    } catch (error) {
      if (error instanceof Refusal && error.status === 404) this.#remove(contact.id);
    }
  }
}

export const book = new Book();
