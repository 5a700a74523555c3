import { ask } from "../api/ask";
import { Refusal } from "../api/refusal";
import type { Change, Contact } from "../api/schema";
import { changes, type News } from "../live/changes.svelte";
import { numberOf } from "./contact";

/** Above so many changed contacts, whoever lists contacts fetches a page instead. */
const ONE_BY_ONE = 20;

/** Every contact that the page has seen, as it is now. */
class Book {
  #byId = $state.raw<ReadonlyMap<string, Contact>>(new Map());
  /** Contacts, each by every number. */
  #byNumber = $derived(
    new Map([...this.#byId.values()].flatMap((contact) => contact.numbers.map((number) => [number, contact]))),
  );
  /** How many contacts have something that nobody has read. */
  unread = $derived([...this.#byId.values()].filter(({ unread }) => unread > 0).length);
  #strangers = new Set<() => void>();
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

  /** Calls back when contacts have changed that the book does not know, or too many. */
  onStrangers(listener: () => void): () => void {
    this.#strangers.add(listener);
    return () => this.#strangers.delete(listener);
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

  /** As `put`, of contacts that may have something new. */
  putNews(contacts: Contact[]): void {
    const arrived = contacts.filter(({ id, unread }) => unread > (this.#byId.get(id)?.unread ?? 0));
    this.put(contacts);
    for (const contact of arrived) this.#arrivals.forEach((listener) => listener(contact));
  }

  /** @throws {Refusal} 404: no contact has the number. */
  async fetch(number: string): Promise<Contact> {
    const contact = await ask("get", "/api/contacts/{number}", { path: { number } });
    this.putNews([contact]);
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
    const ids = [...(news.get("contact") ?? [])];
    const known = ids.flatMap((id) => this.#byId.get(id) ?? []);
    if (known.length < ids.length || known.length > ONE_BY_ONE) this.#strangers.forEach((listener) => listener());
    if (known.length <= ONE_BY_ONE) await Promise.all(known.map((contact) => this.#refresh(contact)));
  }

  async #refresh(contact: Contact): Promise<void> {
    try {
      await this.fetch(numberOf(contact));
    } catch (error) {
      if (error instanceof Refusal && error.status === 404) this.#remove(contact.id);
    }
  }
}

export const book = new Book();
