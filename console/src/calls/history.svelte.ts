import { ask } from "../api/ask";
import { PAGE } from "../api/pages";
import { Refusal } from "../api/refusal";
import type { CallOutcome, CallSummary } from "../api/schema";
import { changes, type News } from "../live/changes.svelte";

/** What is looked for; empty fields let everything through. */
export interface CallFilter {
  direction: "" | "inbound" | "outbound";
  outcome: "" | CallOutcome;
  /** The other party's number. */
  number: string;
  /** Days in the reader's zone, `YYYY-MM-DD`; both are included. */
  first_day: string;
  last_day: string;
}

export const EVERYTHING: CallFilter = { direction: "", outcome: "", number: "", first_day: "", last_day: "" };

/** The calls of a filter, the newest first. */
class CallHistory {
  filter = $state({ ...EVERYTHING });
  calls = $state.raw<readonly CallSummary[]>([]);
  loading = $state(true);
  problem = $state("");
  #next: string | null = null;
  /** Tells answers of an earlier filter from those of this one. */
  #generation = 0;

  follow(): () => void {
    void this.load();
    return changes.listen({ changed: (news) => this.#changed(news), renew: () => void this.load() });
  }

  /** Loads the list from its beginning. */
  async load(): Promise<void> {
    this.#generation += 1;
    this.calls = [];
    await this.#page(undefined);
  }

  async more(): Promise<void> {
    if (!this.loading && this.#next !== null) await this.#page(this.#next);
  }

  async #page(cursor: string | undefined): Promise<void> {
    const generation = this.#generation;
    this.loading = true;
    try {
      // With a filter a page may be empty though it is not the last.
      for (;;) {
        const page = await this.#fetch(cursor);
        if (generation !== this.#generation) return;
        this.#next = page.next;
        this.calls = merged(this.calls, page.items);
        if (page.items.length || page.next === null) break;
        cursor = page.next;
      }
      this.problem = "";
    } catch (error) {
      if (generation === this.#generation) this.problem = Refusal.sentence(error);
    } finally {
      if (generation === this.#generation) this.loading = false;
    }
  }

  async #changed(news: News): Promise<void> {
    if (!news.has("call")) return;
    // The next change asks again.
    const page = await this.#fetch(undefined).catch(() => undefined);
    if (page) this.calls = merged(this.calls, page.items);
  }

  #fetch(cursor: string | undefined) {
    const query = { ...wanted(this.filter), limit: PAGE, ...(cursor ? { cursor } : {}) };
    return ask("get", "/api/calls", { query });
  }
}

/** A filter in the API's words. */
export function wanted({ direction, outcome, number, first_day, last_day }: CallFilter) {
  return {
    ...(direction ? { direction } : {}),
    // A call that lasts has no outcome yet.
    ...(outcome === "in-progress" ? { status: outcome } : outcome ? { outcome } : {}),
    ...(number ? (direction === "outbound" ? { to: number } : { from: number }) : {}),
    ...(first_day ? { started_after: midnight(first_day, 0) } : {}),
    ...(last_day ? { started_before: midnight(last_day, 1) } : {}),
  };
}

/** The reader's midnight so many days after a day. */
function midnight(day: string, days: number): string {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(year, month - 1, date + days).toISOString();
}

function merged(calls: readonly CallSummary[], news: CallSummary[]): CallSummary[] {
  const bySid = new Map(calls.map((call) => [call.call_sid, call]));
  for (const call of news) bySid.set(call.call_sid, call);
  return [...bySid.values()].sort((a, b) => (a.started_at < b.started_at ? 1 : -1));
}

export const history = new CallHistory();
