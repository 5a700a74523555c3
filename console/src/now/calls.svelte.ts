import { ask } from "../api/ask";
import { PAGE } from "../api/pages";
import { Refusal } from "../api/refusal";
import type { CallSummary, WaitingQueue } from "../api/schema";
import { changes, type News } from "../live/changes.svelte";

/** Calls last two hours at most by default, four by setting. */
const LONGEST_MILLISECONDS = 4 * 3_600_000;

/** Calls that last, and callers who wait in queues. */
class LiveCalls {
  calls = $state.raw<CallSummary[]>([]);
  queues = $state.raw<WaitingQueue[]>([]);
  /** Whether both have been asked for. */
  known = $state(false);
  /** Why the queues are not known, as a sentence. */
  queuesProblem = $state("");

  /** Follows both until the answer is called. */
  follow(): () => void {
    void this.#load();
    return changes.listen({ changed: (news) => this.#changed(news), renew: () => void this.#load() });
  }

  #changed(news: News): void {
    if (news.has("call") || news.has("agent")) void this.#load();
  }

  async #load(): Promise<void> {
    await Promise.all([this.#loadCalls(), this.#loadQueues()]);
    this.known = true;
  }

  async #loadCalls(): Promise<void> {
    const started_after = new Date(Date.now() - LONGEST_MILLISECONDS).toISOString();
    const query = { started_after, limit: PAGE };
    // The next change asks again.
    const page = await ask("get", "/api/calls", { query }).catch(() => undefined);
    if (page) this.calls = page.items.filter(({ ended_at }) => ended_at === null);
  }

  async #loadQueues(): Promise<void> {
    try {
      this.queues = (await ask("get", "/api/queues")).items;
      this.queuesProblem = "";
    } catch (error) {
      const isMissing = error instanceof Refusal && error.status === 404;
      this.queuesProblem = isMissing ? "This server does not show its queues." : Refusal.sentence(error);
    }
  }
}

export const liveCalls = new LiveCalls();
