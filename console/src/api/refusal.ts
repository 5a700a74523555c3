import type { Problem } from "./schema";

/** Why the server did not do as asked: `message` is a sentence for a person, with what to do. */
export class Refusal extends Error {
  private constructor(
    message: string,
    /** The HTTP status; 0 when there was no answer. */
    readonly status: number,
    /** The field of the request that is to blame. */
    readonly field?: string,
  ) {
    super(message);
  }

  /** The connection broke, or took too long: whether the request had an effect is not known. */
  static noAnswer(): Refusal {
    return new Refusal("The server did not answer. Check your connection and try again.", 0);
  }

  /** Nobody is signed in any more. */
  static signedOut(): Refusal {
    return new Refusal("Your session has ended. Sign in again; what you typed is kept.", 401);
  }

  static async of(response: Response): Promise<Refusal> {
    const { status } = response;
    const problem = (await response.json().catch(() => ({}))) as Partial<Problem>;
    // Our own failures say nothing of use to a person.
    const detail = status === 500 ? undefined : problem.detail;
    const sentence = detail ? asSentence(detail) : (BY_STATUS[status] ?? fallback(status));
    const wait = problem.retry_after_seconds;
    const advice = wait ? ` Try again in ${wait} seconds.` : "";
    return new Refusal(sentence + advice, status, problem.field);
  }

  /** The sentence for whatever was thrown. */
  static sentence(error: unknown): string {
    return error instanceof Refusal ? error.message : "Something in this page failed. Reload it and try again.";
  }

  /** Whether the server may have done it all the same, so that only the same request is safe. */
  get isUncertain(): boolean {
    return this.status === 0 || this.status >= 500;
  }
}

const BY_STATUS: Record<number, string> = {
  401: "Your session has ended. Sign in again; what you typed is kept.",
  403: "Your account may not do this. Ask an administrator.",
  404: "This is not there any more, or the server does not offer it yet.",
  413: "This is too long for the server. Shorten it and try again.",
  429: "Too many requests at the moment. Wait a few seconds and try again.",
  503: "The server is busy. Wait a few seconds and try again.",
};

function fallback(status: number): string {
  return status >= 500
    ? "The server failed. Try again; if it stays so, tell an administrator."
    : "The server refused this. Check what you entered and try again.";
}

/** The API's details begin small and end without a full stop. */
function asSentence(detail: string): string {
  const sentence = detail.charAt(0).toUpperCase() + detail.slice(1);
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}
