import { Refusal } from "../api/refusal";
import { configuration } from "./configuration";
import { challenge, secret } from "./pkce";

/** Keys of sessionStorage, which a reload keeps and a closed tab does not. */
const REFRESH_TOKEN = "refresh-token";
const SIGN_IN = "sign-in";
/** A token is renewed when it has less left than this, in milliseconds. */
const EARLY = 30_000;

interface Tokens {
  access_token: string;
  expires_in: number;
  refresh_token?: string;
}

/** A sign-in that is under way at the issuer. */
interface Pending {
  verifier: string;
  state: string;
  /** Where the person was. */
  hash: string;
}

/**
 * Who is signed in: code flow with PKCE. The access token is only in memory, the refresh token in
 * sessionStorage. Signing out ends the session in every tab.
 */
class Session {
  state = $state<"starting" | "signed-out" | "signed-in" | "ended">("starting");
  /** Why one is not signed in, as a sentence. */
  problem = $state("");

  #accessToken = "";
  #expiresAt = 0;
  #renewing: Promise<string> | undefined;
  #tabs = new BroadcastChannel("session");

  constructor() {
    // What the other tabs show goes with their memory.
    this.#tabs.onmessage = () => void this.#forget().then(() => location.reload());
  }

  /** Comes back from the sign-in page, or goes on after a reload. */
  async start(): Promise<void> {
    const answer = new URLSearchParams(location.search);
    try {
      if (answer.has("state")) await this.#comeBack(answer);
      else if (sessionStorage.getItem(REFRESH_TOKEN)) await this.newToken();
      else this.state = "signed-out";
    } catch (error) {
      this.state = "signed-out";
      this.problem = Refusal.sentence(error);
    }
  }

  /** Leaves for the sign-in page. */
  async signIn(): Promise<void> {
    this.problem = "";
    try {
      const { authorization_endpoint, client_id, scopes } = await configuration();
      const pending: Pending = { verifier: secret(), state: secret(), hash: location.hash };
      sessionStorage.setItem(SIGN_IN, JSON.stringify(pending));
      const asked = new URLSearchParams({
        response_type: "code",
        client_id,
        redirect_uri: ownAddress(),
        scope: scopes,
        state: pending.state,
        code_challenge: await challenge(pending.verifier),
        code_challenge_method: "S256",
      });
      location.assign(`${authorization_endpoint}?${asked}`);
    } catch {
      this.problem = "The sign-in cannot be reached. Check your connection and try again.";
    }
  }

  /** Revokes the refresh tokens of all tabs and ends the issuer's session. */
  async signOut(): Promise<void> {
    this.#tabs.postMessage("signed-out");
    await this.#forget();
    const { logout_endpoint, client_id } = await configuration();
    location.assign(`${logout_endpoint}?${new URLSearchParams({ client_id, logout_uri: ownAddress() })}`);
  }

  /** An access token that is good for a while. */
  async token(): Promise<string> {
    return Date.now() < this.#expiresAt - EARLY ? this.#accessToken : this.newToken();
  }

  /**
   * A new access token.
   *
   * @throws {Refusal} the session has ended, or the issuer does not answer.
   */
  newToken(): Promise<string> {
    this.#renewing ??= this.#renew().finally(() => (this.#renewing = undefined));
    return this.#renewing;
  }

  async #renew(): Promise<string> {
    const refreshToken = sessionStorage.getItem(REFRESH_TOKEN);
    if (!refreshToken) {
      this.#end();
      throw Refusal.signedOut();
    }
    return this.#take({ grant_type: "refresh_token", refresh_token: refreshToken });
  }

  async #comeBack(answer: URLSearchParams): Promise<void> {
    const pending = JSON.parse(sessionStorage.getItem(SIGN_IN) ?? "null") as Pending | null;
    sessionStorage.removeItem(SIGN_IN);
    history.replaceState(null, "", "/");
    if (pending?.hash) location.replace(pending.hash);
    const code = answer.get("code");
    if (!pending || pending.state !== answer.get("state") || !code) {
      this.state = "signed-out";
      this.problem = "The sign-in was not completed. Try again.";
      return;
    }
    const proof = { code, code_verifier: pending.verifier, redirect_uri: ownAddress() };
    await this.#take({ grant_type: "authorization_code", ...proof });
  }

  async #take(form: Record<string, string>): Promise<string> {
    const { token_endpoint, client_id } = await configuration().catch(() => {
      throw Refusal.noAnswer();
    });
    const body = new URLSearchParams({ client_id, ...form });
    const response = await fetch(token_endpoint, { method: "POST", body }).catch(() => {
      throw Refusal.noAnswer();
    });
    if (response.status >= 500 || response.status === 429) throw await Refusal.of(response);
    if (!response.ok) {
      this.#end();
      throw Refusal.signedOut();
    }
    const tokens = (await response.json()) as Tokens;
    this.#accessToken = tokens.access_token;
    this.#expiresAt = Date.now() + tokens.expires_in * 1000;
    if (tokens.refresh_token) sessionStorage.setItem(REFRESH_TOKEN, tokens.refresh_token);
    this.state = "signed-in";
    this.problem = "";
    return this.#accessToken;
  }

  /** The issuer has ended the session; what was typed stays, for whoever signs in again here. */
  #end(): void {
    this.#accessToken = "";
    this.#expiresAt = 0;
    sessionStorage.removeItem(REFRESH_TOKEN);
    this.state = this.state === "signed-in" || this.state === "ended" ? "ended" : "signed-out";
    this.problem = Refusal.signedOut().message;
  }

  /** The person has signed out: nothing stays, drafts neither. */
  async #forget(): Promise<void> {
    const token = sessionStorage.getItem(REFRESH_TOKEN);
    this.#accessToken = "";
    this.#expiresAt = 0;
    sessionStorage.clear();
    this.state = "signed-out";
    this.problem = "";
    if (!token) return;
    const { revocation_endpoint, client_id } = await configuration();
    const body = new URLSearchParams({ token, client_id });
    // Without an answer the token ends by its age, and the issuer's session ends anyway.
    await fetch(revocation_endpoint, { method: "POST", body, keepalive: true }).catch(() => undefined);
  }
}

function ownAddress(): string {
  return `${location.origin}/`;
}

export const session = new Session();
