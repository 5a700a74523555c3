// The control API of the simulator that served this page.

/** What the simulator refused, or why it could not be reached; its message is for people. */
export class ControlError extends Error {}

async function request(method, path, body) {
  let response;
  try {
    response = await fetch(`/simulator/${path}`, {
      method,
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new ControlError("The simulator cannot be reached. Is it still running?");
  }
  const text = await response.text();
  let answer = null;
  try {
    answer = text ? JSON.parse(text) : null;
  } catch {
    // Said below: only errors can be without JSON.
  }
  if (!response.ok) {
    throw new ControlError(answer?.error ?? `${method} /simulator/${path} was answered with ${response.status}`);
  }
  return answer;
}

const phone = (number) => `phones/${encodeURIComponent(number)}`;

export const account = () => request("GET", "account");
export const numbers = () => request("GET", "numbers");
export const phones = () => request("GET", "phones");
export const recordings = () => request("GET", "recordings");
export const phoneView = (number) => request("GET", phone(number));
export const setBehavior = (number, behavior) => request("PUT", `${phone(number)}/behavior`, behavior);
export const placeCall = (from, call) => request("POST", `${phone(from)}/calls`, call);
export const sendText = (from, text) => request("POST", `${phone(from)}/messages`, text);
export const press = (sid, digits) => request("POST", `calls/${sid}/press`, { digits });
export const speak = (sid, speech) => request("POST", `calls/${sid}/speak`, speech);
export const answer = (sid) => request("POST", `calls/${sid}/answer`);
export const decline = (sid) => request("POST", `calls/${sid}/decline`);
export const hangUp = (sid) => request("POST", `calls/${sid}/hang-up`);
export const reset = () => request("POST", "reset");

/** Where a recording can be played. */
export const recordingUrl = (sid) => `/simulator/recordings/${encodeURIComponent(sid)}.wav`;

/** Where a medium of a text is. */
export const mediaUrl = (sid) => `/simulator/media/${encodeURIComponent(sid)}`;

/** How long to wait before another attempt to connect. */
const RETRY_MS = 1000;

/**
 * Tells everything that the simulator remembers and then what happens, for ever. After each
 * (re)connection it begins anew, with `began()`: the simulator may be another one by then.
 */
export function follow({ began, happened, lost }) {
  const source = new EventSource("/simulator/events?since=0");
  source.onopen = began;
  source.onmessage = ({ data }) => happened(JSON.parse(data));
  source.onerror = () => {
    source.close();
    lost();
    setTimeout(() => follow({ began, happened, lost }), RETRY_MS);
  };
}
