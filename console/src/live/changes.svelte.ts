import { ask } from "../api/ask";
import { Refusal } from "../api/refusal";
import type { LiveChange } from "../api/schema";

export type Kind = LiveChange["kind"];

/**
 * What came since the last time: the ids of each kind. The server tells each for five seconds,
 * because its lists lag behind: whoever fetches whenever told is right in the end.
 */
export type News = ReadonlyMap<Kind, ReadonlySet<string>>;

interface Listener {
  /** Something has changed. */
  changed(news: News): void;
  /** Too much may have changed to tell: load everything anew. */
  renew(): void;
}

/** Milliseconds from an answer to the next question. */
const PACE = 1_000;
/** While the page is hidden, and only when it may notify. */
const HIDDEN_PACE = 15_000;
/** The longest wait after failures. */
const SLOWEST = 30_000;

/**
 * What others do, within two seconds: asks `GET /api/live` by cursor. The only module that knows how
 * changes come, so that a push channel can take its place.
 */
class Changes {
  /** `behind`: asking again after a failure. `absent`: the server has no live changes. */
  state = $state<"starting" | "live" | "behind" | "absent">("starting");
  /** Whether a hidden page goes on asking, slowly, because it may notify. */
  asksWhileHidden = false;

  #listeners = new Set<Listener>();
  #cursor: string | undefined;
  #failures = 0;
  #timer = 0;
  #running = false;

  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  start(): void {
    document.addEventListener("visibilitychange", () => this.#soon());
    addEventListener("online", () => this.#soon());
    addEventListener("offline", () => this.#soon());
    this.#soon();
  }

  /** Asks now, and then at the pace. */
  #soon(): void {
    clearTimeout(this.#timer);
    if (!this.#running) void this.#round();
  }

  async #round(): Promise<void> {
    if (document.hidden && !this.asksWhileHidden) return;
    this.#running = true;
    try {
      const query = this.#cursor === undefined ? {} : { since: this.#cursor };
      const { changes, next, complete } = await ask("get", "/api/live", { query });
      const isFirst = this.#cursor === undefined;
      this.#cursor = next;
      this.#failures = 0;
      this.state = "live";
      if (!complete && !isFirst) this.#listeners.forEach((listener) => listener.renew());
      else this.#tell(changes);
    } catch (error) {
      this.#failures += 1;
      this.state = error instanceof Refusal && error.status === 404 ? "absent" : "behind";
    } finally {
      this.#running = false;
    }
    this.#timer = window.setTimeout(() => void this.#round(), this.#wait());
  }

  #wait(): number {
    const pace = document.hidden ? HIDDEN_PACE : PACE;
    if (this.state === "absent") return SLOWEST;
    return Math.min(pace * 2 ** this.#failures, SLOWEST);
  }

  #tell(changes: LiveChange[]): void {
    const news = new Map<Kind, Set<string>>();
    for (const { kind, id } of changes) news.set(kind, (news.get(kind) ?? new Set()).add(id));
    if (news.size) this.#listeners.forEach((listener) => listener.changed(news));
  }
}

export const changes = new Changes();
