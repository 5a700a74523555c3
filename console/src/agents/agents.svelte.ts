import { ask } from "../api/ask";
import { PAGE } from "../api/pages";
import { Refusal } from "../api/refusal";
import type { Agent, Colleague, OwnAgent } from "../api/schema";
import { changes } from "../live/changes.svelte";

/** Oneself and the colleagues. */
class Agents {
  /** Oneself; null for a sign-in that is no agent yet. */
  me = $state.raw<Agent | null>(null);
  /** Whether all of this has been asked for. */
  known = $state(false);
  /** Everybody, oneself among them. */
  colleagues = $state.raw<Colleague[]>([]);
  /** The same with their phones and queues; nobody for whoever is no administrator. */
  all = $state.raw<Agent[]>([]);

  constructor() {
    changes.listen({
      changed: (news) => void (news.has("agent") && this.load()),
      renew: () => void this.load(),
    });
  }

  async load(): Promise<void> {
    try {
      this.me = await ask("get", "/api/agent");
    } catch (error) {
      // Without an answer the next change asks again.
      if (!(error instanceof Refusal) || error.status !== 404) return;
    }
    const query = { limit: PAGE };
    const everybody = this.me?.admin ? ask("get", "/api/agents", { query }).catch(() => undefined) : undefined;
    // Without the names of colleagues the page works.
    const colleagues = await ask("get", "/api/colleagues", { query }).catch(() => undefined);
    this.colleagues = colleagues?.items ?? (this.me ? [this.me] : []);
    this.all = (await everybody)?.items ?? [];
    this.known = true;
  }

  /** @throws {Refusal} the change is refused. */
  async changeMe(change: Partial<OwnAgent>): Promise<void> {
    const { name = "", phone_number = null } = this.me ?? {};
    this.me = await ask("put", "/api/agent", { body: { name, phone_number: phone_number ?? "", ...change } });
    this.known = true;
  }

  /** How oneself is written as an assignee. */
  get assignee(): string {
    return this.me?.email ?? this.me?.name ?? "";
  }

  isMe(assignee: string | null): boolean {
    return assignee !== null && (assignee === this.me?.email || assignee === this.me?.name);
  }

  /** Who made an entry, by the sign-in that the entry names. */
  maker(by: string | undefined): string {
    if (by === undefined || !this.known) return "";
    if (by === this.me?.id) return "You";
    if (by === "switchboard") return "Switchboard";
    return this.colleagues.find(({ id }) => id === by)?.name ?? "A colleague";
  }

  /** The person that an assignee stands for. */
  nameOf(assignee: string): string {
    return this.colleagues.find(({ email, name }) => email === assignee || name === assignee)?.name ?? assignee;
  }
}

export const agents = new Agents();
