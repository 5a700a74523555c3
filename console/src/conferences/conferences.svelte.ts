import { ask } from "../api/ask";
import { PAGE } from "../api/pages";
import { Refusal } from "../api/refusal";
import type { Conference, ConferenceStatus, ConferenceSummary } from "../api/schema";
import { changes, type News } from "../live/changes.svelte";

/** A list of conferences, the newest first. */
export class Conferences {
  items = $state.raw<readonly ConferenceSummary[]>([]);
  loading = $state(true);
  problem = $state("");
  #next: string | null = null;

  /** Of some statuses, or of all. */
  constructor(private readonly statuses: readonly ConferenceStatus[] | null = null) {}

  /** Follows the list until the answer is called. */
  follow(): () => void {
    void this.load();
    return changes.listen({
      changed: (news) => void (news.has("conference") && this.load()),
      renew: () => void this.load(),
    });
  }

  async load(): Promise<void> {
    try {
      const statuses = this.statuses ?? [undefined];
      const pages = await Promise.all(statuses.map((status) => this.#page({ ...(status ? { status } : {}) })));
      const items = pages.flatMap((page) => page.items);
      this.items = items.sort((a, b) => (a.created_at < b.created_at ? 1 : -1));
      this.#next = pages.length === 1 ? (pages[0]?.next ?? null) : null;
      this.problem = "";
    } catch (error) {
      this.problem = Refusal.sentence(error);
    }
    this.loading = false;
  }

  async more(): Promise<void> {
    if (this.loading || this.#next === null) return;
    this.loading = true;
    try {
      const page = await this.#page({ cursor: this.#next });
      this.items = [...this.items, ...page.items];
      this.#next = page.next;
    } catch (error) {
      this.problem = Refusal.sentence(error);
    }
    this.loading = false;
  }

  #page(query: { status?: ConferenceStatus; cursor?: string }) {
    return ask("get", "/api/conferences", { query: { ...query, limit: PAGE } });
  }
}

/** A conference with its participants. */
export class LiveConference {
  conference = $state.raw<Conference>();
  problem = $state("");

  constructor(readonly id: string) {}

  /** Follows the conference until the answer is called. */
  follow(): () => void {
    void this.load();
    return changes.listen({ changed: (news) => this.#changed(news), renew: () => void this.load() });
  }

  async load(): Promise<void> {
    await this.act(() => Promise.resolve());
  }

  /** Does something with it, and shows how it is then. */
  async act(what: () => Promise<unknown>): Promise<boolean> {
    try {
      await what();
      this.conference = await ask("get", "/api/conferences/{id}", { path: { id: this.id } });
      this.problem = "";
      return true;
    } catch (error) {
      this.problem = Refusal.sentence(error);
      return false;
    }
  }

  #changed(news: News): void {
    if (news.get("conference")?.has(this.id)) void this.load();
  }
}
