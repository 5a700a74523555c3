// The live log: each webhook, REST call, state change, word and warning.

import { recordingUrl } from "./control.js";
import { atEnd, clockTime, el, prettyXml, setOptions, setText } from "./dom.js";
import { tellMessage } from "./texts.js";

/** How many lines are shown. */
const SHOWN = 500;
/** How many calls the filter offers. */
const OFFERED = 100;

const KINDS = [
  ["", "Everything"],
  ["webhook", "Webhooks"],
  ["rest", "REST calls"],
  ["call", "Call states"],
  ["conference", "Conferences"],
  ["task-router", "Contact centre"],
  ["message", "Texts"],
  ["transcript", "Heard and done"],
  ["recording", "Recordings"],
  ["warning", "Warnings"],
];

/** What webhooks are called that ask what to do. */
const BADGES = { voice: "Webhook", message: "Webhook", music: "Webhook", "message-status": "status", conference: "event", assignment: "Webhook", "task-router": "event" };

export class Log {
  /** `page` has `story` and `recordings`. */
  constructor(element, page) {
    this.page = page;
    this.lastId = 0;
    this.paused = false;
    this.clearedTo = 0;
    const again = () => this.render(true);
    this.call = el("select", { "aria-label": "Of which call", on: { change: again } });
    this.kind = el("select", { "aria-label": "What to show", on: { change: again } }, ...KINDS.map(([value, label]) => el("option", { value }, label)));
    this.pause = el("button", { type: "button", "aria-pressed": "false", on: { click: () => this.#pause() } }, "Pause");
    this.clear = el("button", { type: "button", on: { click: () => this.#clear() } }, "Clear");
    this.list = el("ol", { className: "lines", tabIndex: 0, "aria-label": "Events, newest last" });
    this.empty = el("p", { className: "hint" }, "Nothing has happened yet: place a call or send a text.");
    element.append(
      el("header", {}, el("h2", {}, "Live log"), el("div", { className: "tools" }, this.call, this.kind, this.pause, this.clear)),
      this.empty, this.list);
  }

  /** Shows the lines of one call only. */
  show(sid) {
    this.#offerCalls();
    this.call.value = sid;
    this.render(true);
    this.list.scrollTop = this.list.scrollHeight;
    this.list.focus();
  }

  #pause() {
    this.paused = !this.paused;
    this.pause.setAttribute("aria-pressed", String(this.paused));
    if (!this.paused) this.render();
    this.#labelPause(0);
  }

  #labelPause(waiting) {
    setText(this.pause, this.paused ? `Resume${waiting ? ` (${waiting} new)` : ""}` : "Pause");
  }

  #clear() {
    this.clearedTo = this.page.story.lines.at(-1)?.id ?? 0;
    this.render(true);
  }

  #offerCalls() {
    const calls = [...this.page.story.calls.values()].slice(-OFFERED).reverse();
    const label = ({ view }) => `${view.from} → ${view.to} · …${view.sid.slice(-4)}`;
    setOptions(this.call, [["", "All calls"], ...calls.map((call) => [call.sid, label(call)])]);
  }

  #wanted(event) {
    if (event.id <= this.clearedTo) return false;
    const kind = this.kind.value;
    if (kind && event.type !== kind && !(kind === "warning" && isBad(event))) return false;
    return !this.call.value || this.page.story.concerns(event, this.call.value);
  }

  render(all = false) {
    const { story } = this.page;
    const anew = all || this.edition !== story.edition;
    if (this.edition !== story.edition) {
      // Ids of another simulator mean nothing.
      if ((story.lines.at(-1)?.id ?? 0) < this.clearedTo) this.clearedTo = 0;
      this.edition = story.edition;
    }
    this.#offerCalls();
    const from = anew ? 0 : this.lastId;
    if (this.paused && !anew) {
      return this.#labelPause(story.lines.filter((event) => event.id > from && this.#wanted(event)).length);
    }
    const fresh = story.lines.filter((event) => event.id > from && this.#wanted(event)).slice(-SHOWN);
    this.lastId = story.lines.at(-1)?.id ?? 0;
    const follow = anew || atEnd(this.list);
    if (anew) this.list.replaceChildren();
    this.list.append(...fresh.map((event) => this.#line(event)));
    while (this.list.childElementCount > SHOWN) this.list.firstElementChild.remove();
    this.empty.hidden = this.list.childElementCount > 0;
    setText(this.empty, story.lines.length ? "Nothing of this kind." : "Nothing has happened yet: place a call or send a text.");
    if (follow && fresh.length) this.list.scrollTop = this.list.scrollHeight;
  }

  /** Fills in what became known of recordings after their line was written. */
  renderRecordings() {
    for (const place of this.list.querySelectorAll("[data-recording]")) this.#length(place);
  }

  #length(place) {
    const seconds = this.page.recordings.get(place.dataset.recording)?.duration_seconds;
    if (typeof seconds === "number") setText(place, clockTime(seconds));
  }

  #line(event) {
    const { badge, text, aside, more } = this.#tell(event);
    const summary = [
      el("time", { dateTime: event.at, title: event.at }, new Date(event.at).toLocaleTimeString([], { hour12: false })),
      el("span", { className: "badge" }, badge),
      el("span", { className: "text" }, ...[text].flat()),
      el("span", { className: "aside" }, ...[aside ?? ""].flat()),
    ];
    const className = `is-${event.type}${isBad(event) ? " bad" : ""}`;
    if (!more) return el("li", { className }, el("div", { className: "summary" }, ...summary));
    const details = el("details", {}, el("summary", { className: "summary" }, ...summary));
    // Made when it is looked at: most never are.
    details.addEventListener("toggle", () => {
      if (details.open && details.childElementCount === 1) details.append(el("div", { className: "more" }, ...more()));
    });
    return el("li", { className }, details);
  }

  #tell(event) {
    switch (event.type) {
      case "webhook":
        return tellWebhook(event.webhook);
      case "rest": {
        const { method, path, status, params, fault } = event;
        const short = path.replace(/^\/2010-04-01\/Accounts\/[^/]+/, "…");
        return { badge: "REST", text: `${method} ${short}`, aside: [`${status}`, fault ? ` · fault ${fault}` : ""],
          more: () => [el("p", { className: "url" }, `${method} ${path}`), ...table("Parameters", params)] };
      }
      case "call": {
        const { from, to, status, direction, sid, parent_call_sid: parent, duration_seconds: seconds } = event.call;
        return { badge: "Call", text: `${from} → ${to}`, aside: status,
          more: () => table("Call", { Sid: sid, Direction: direction, Parent: parent, Duration: seconds === null ? null : `${seconds} s` }) };
      }
      case "conference": {
        const { conference_sid: sid, friendly_name: name, status, reason, participant } = event;
        const who = participant ? ` · ${participant.label ?? participant.phone ?? `…${participant.call_sid.slice(-4)}`}` : "";
        return { badge: "Room", text: `${name}: ${event.event}${who}`, aside: status,
          more: () => table("Conference", { Sid: sid, Reason: reason, Call: participant?.call_sid, Phone: participant?.phone, Left: participant?.reason_left }) };
      }
      case "task-router": {
        const { event: name, task, worker } = event;
        const who = worker ? ` · ${worker.friendly_name}` : "";
        return { badge: "Task", text: `${name}${who}`, aside: task?.status ?? worker?.activity ?? "",
          more: () => table("Contact centre", { Workspace: event.workspace_sid, Task: task?.sid, Queue: task?.task_queue, Reason: task?.reason, Attributes: task?.attributes, Worker: worker?.sid, Activity: worker?.activity }) };
      }
      case "message": {
        const { values, ...line } = tellMessage(event.message);
        return { ...line, more: () => table("Text", values) };
      }
      case "transcript":
        return tellEntry(event.entry);
      case "recording": {
        const { recording_sid: sid, status } = event;
        if (status !== "completed") return { badge: "Rec", text: `Recording …${sid.slice(-4)}`, aside: status };
        const length = el("span", { dataset: { recording: sid } });
        this.#length(length);
        const link = el("a", { href: recordingUrl(sid), target: "_blank", rel: "noopener" }, "Play");
        return { badge: "Rec", text: ["Recording ", length, " ", link], aside: status };
      }
      case "warning":
        return { badge: "Warning", text: [errorLink(event.code), ` ${event.message}`] };
      case "reset":
        return { badge: "Reset", text: "Calls, texts, recordings and the log were forgotten" };
      default:
        return { badge: event.type, text: "", more: () => [el("pre", {}, JSON.stringify(event, null, 2))] };
    }
  }
}

function isBad({ type, webhook, status, entry, message }) {
  return type === "warning" || Boolean(message?.error_code) || Boolean(webhook?.error) || (type === "rest" && status >= 400) || entry?.kind === "script-error";
}

function tellWebhook(webhook) {
  const { url, method, response, error, latency_ms: latency, attempt, fault, kind } = webhook;
  const answered = response ? String(response.status) : "no answer";
  const aside = [answered, ` · ${Math.round(latency)} ms`, attempt > 1 ? ` · attempt ${attempt}` : "", fault ? ` · fault ${fault}` : ""];
  const more = () => {
    const parts = [el("p", { className: "url" }, `${method} ${url}`)];
    if (error) parts.push(el("p", { className: "problem" }, errorLink(error.code), ` ${error.message}`));
    if (response) {
      const type = response.content_type ? ` · ${response.content_type}` : "";
      parts.push(el("h3", {}, `Answer ${response.status}${type}`), response.body ? prettyXml(response.body) : el("p", { className: "hint" }, "(empty)"));
    }
    parts.push(...table("Parameters", webhook.params));
    parts.push(...table("Request", { Call: webhook.call_sid || null, Message: webhook.message_sid, Conference: webhook.conference_sid, Task: webhook.task_sid, Sent: webhook.sent_at, Attempt: attempt, "X-Twilio-Signature": webhook.signature, "I-Twilio-Idempotency-Token": webhook.idempotency_token }));
    return parts;
  };
  return { badge: BADGES[kind] ?? kind, text: `${method} ${pathOf(url)}`, aside, more };
}

function tellEntry(entry) {
  switch (entry.kind) {
    case "heard":
      return { badge: "Heard", text: entry.text, aside: entry.source };
    case "said":
      return { badge: "Said", text: entry.text, aside: `${entry.lasts_seconds.toFixed(1)} s` };
    case "pressed":
      return { badge: "Pressed", text: entry.digits };
    case "did":
      return { badge: "Did", text: entry.action };
    case "verb": {
      const attributes = Object.entries(entry.attributes).map(([name, value]) => ` ${name}="${value}"`);
      return { badge: "Verb", text: `<${entry.name}${attributes.join("")}>` };
    }
    case "twiml":
      return { badge: "TwiML", text: "from REST", more: () => [prettyXml(entry.document)] };
    default:
      return { badge: "Script", text: entry.message ?? entry.kind };
  }
}

function pathOf(url) {
  try {
    return new URL(url).pathname;
  } catch {
    return url;
  }
}

function errorLink(code) {
  return el("a", { href: `https://www.twilio.com/docs/api/errors/${code}`, target: "_blank", rel: "noopener noreferrer" }, String(code));
}

function table(title, values) {
  const sent = Object.entries(values).filter(([, value]) => value !== null && value !== undefined);
  if (!sent.length) return [];
  // Twilio sends many parameters without a value; they are named, but do not hide the others.
  const empty = sent.filter(([, value]) => value === "").map(([name]) => name);
  const rows = sent.filter(([, value]) => value !== "");
  return [
    el("h3", {}, title),
    el("dl", {}, ...rows.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, String(value))])),
    empty.length ? el("p", { className: "hint" }, `Empty: ${empty.join(", ")}`) : "",
  ];
}
