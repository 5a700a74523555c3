import { createSubscriber } from "svelte/reactivity";

/** The time, each second, for whatever counts. */
class Now {
  #subscribe = createSubscriber((update) => {
    const timer = setInterval(update, 1_000);
    return () => clearInterval(timer);
  });

  /** Milliseconds since 1970. */
  get milliseconds(): number {
    this.#subscribe();
    return Date.now();
  }

  /** Whole seconds since a time. */
  secondsSince(at: string): number {
    return Math.max(0, Math.floor((this.milliseconds - Date.parse(at)) / 1000));
  }

  /** Whole seconds until a time, 0 once it is over. */
  secondsUntil(at: string): number {
    return Math.max(0, Math.ceil((Date.parse(at) - this.milliseconds) / 1000));
  }
}

export const now = new Now();
