/** What an agent chose. */
export interface Settings {
  /** Whether incoming calls are accepted without a click. */
  acceptCalls: boolean;
  /** After how many seconds after-call work is completed; 0 leaves that to the agent. */
  wrapUpSeconds: number;
}

/** What `wrapUpSeconds` may be. */
export const WRAP_UP_SECONDS = [10, 30, 60, 120];

const UNTIL_ASKED: Settings = { acceptCalls: false, wrapUpSeconds: 0 };

/** An agent's settings, remembered by this browser and the same in all its tabs. */
export class AgentSettings {
  private readonly key: string;
  private readonly listeners = new Set<() => void>();

  constructor(workerSid: string) {
    this.key = `switchboard.${workerSid}`;
    // The browser tells the other tabs, never the one that wrote.
    window.addEventListener("storage", (event) => {
      if (event.key === this.key) this.tell();
    });
  }

  get current(): Settings {
    try {
      const stored = JSON.parse(localStorage.getItem(this.key) ?? "{}");
      return {
        acceptCalls: stored.acceptCalls === true,
        wrapUpSeconds: WRAP_UP_SECONDS.includes(stored.wrapUpSeconds) ? stored.wrapUpSeconds : 0,
      };
    } catch {
      return UNTIL_ASKED;
    }
  }

  change(change: Partial<Settings>): void {
    localStorage.setItem(this.key, JSON.stringify({ ...this.current, ...change }));
    this.tell();
  }

  /** Calls the listener after each change, until the returned function is called. */
  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private tell(): void {
    this.listeners.forEach((listener) => listener());
  }
}
