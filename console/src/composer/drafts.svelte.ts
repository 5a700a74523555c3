import { secret } from "../session/pkce";

/** What is being written to a contact, and the request by which it was last sent. */
export interface Draft {
  words: string;
  /** https addresses of files to send. */
  files: string[];
  /** Of an attempt whose outcome is not known: sent again as it was, it has one effect. */
  attempt?: { key: string; content: string };
}

const EMPTY: Draft = { words: "", files: [] };
const PREFIX = "draft ";

/**
 * Drafts survive a reload and a new sign-in: they are in sessionStorage, until they are sent or the
 * person signs out.
 */
class Drafts {
  #drafts = $state<Record<string, Draft>>({});

  constructor() {
    for (const name of Object.keys(sessionStorage)) {
      if (!name.startsWith(PREFIX)) continue;
      this.#drafts[name.slice(PREFIX.length)] = JSON.parse(sessionStorage.getItem(name)!) as Draft;
    }
  }

  /** What is written under a name, e.g. `text +15005550111`. */
  get(name: string): Draft {
    return this.#drafts[name] ?? EMPTY;
  }

  has(name: string): boolean {
    return this.get(name).words.trim() !== "";
  }

  set(name: string, change: Partial<Draft>): void {
    const draft = { ...this.get(name), ...change };
    this.#drafts[name] = draft;
    sessionStorage.setItem(PREFIX + name, JSON.stringify(draft));
  }

  /** The key to send a draft under: that of the last attempt, unless the draft has changed. */
  key(name: string): string {
    const { words, files, attempt } = this.get(name);
    const content = JSON.stringify([words, files]);
    if (attempt?.content === content) return attempt.key;
    const key = secret();
    this.set(name, { attempt: { key, content } });
    return key;
  }

  /** It has been sent. */
  drop(name: string): void {
    delete this.#drafts[name];
    sessionStorage.removeItem(PREFIX + name);
  }
}

export const drafts = new Drafts();
