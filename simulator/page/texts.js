// The texts of a phone: what it sent, what arrived on it, and a line to write in.

import * as control from "./control.js";
import { atEnd, el, setOptions } from "./dom.js";

/** Media that a browser shows in place; all others are downloaded. */
const PICTURES = new Set(["image/png", "image/jpeg", "image/gif"]);

export class Texts {
  /** `handset` has `number`, `page` and `attempt(action)`. */
  constructor(handset) {
    this.handset = handset;
    this.shown = { edition: null, last: null };
    this.list = el("ol", { className: "texts", role: "log", "aria-live": "polite", "aria-label": "Texts", tabIndex: 0, hidden: true });
    this.to = el("select", { "aria-label": "Number to text" });
    this.words = el("input", { placeholder: "Text message…", "aria-label": "Text message", autocomplete: "off", maxLength: 1600 });
    this.send = el("button", { type: "submit" }, "Send");
    this.form = el("form", { className: "compose", on: { submit: (event) => this.#send(event) } }, this.to, this.words, this.send);
    this.element = el("div", { className: "texting" }, this.list, this.form);
  }

  render() {
    const { page, number } = this.handset;
    this.to.hidden = page.numbers.length < 2;
    setOptions(this.to, page.numbers.map((own) => [own.phone_number, `${own.friendly_name} ${own.phone_number}`]));
    this.send.disabled = !page.numbers.length;
    const texts = page.story.textsOf(number);
    const last = texts.at(-1) ?? null;
    const { edition } = page.story;
    if (this.shown.edition === edition && this.shown.last === last) return;
    const known = this.shown.edition === edition && this.shown.last ? texts.indexOf(this.shown.last) : -1;
    this.list.hidden = !texts.length;
    const follow = atEnd(this.list) || known < 0;
    // Only what is new is added, so that a screen reader reads only that.
    if (known < 0) this.list.replaceChildren();
    for (const text of texts.slice(known + 1)) this.list.append(this.#bubble(text));
    this.shown = { edition, last };
    if (follow) this.list.scrollTop = this.list.scrollHeight;
    // Whoever wrote last is the one to answer.
    if (last && last.to === number && document.activeElement !== this.to) this.to.value = last.from;
  }

  #bubble({ from, to, body, media, at }) {
    const own = from === this.handset.number;
    return el("li", { className: own ? "said" : "heard", title: `${own ? `to ${to}` : `from ${from}`}, ${new Date(at).toLocaleString()}` },
      ...(body ? [body] : []),
      ...media.map((medium) => attached(medium)));
  }

  async #send(event) {
    event.preventDefault();
    const body = this.words.value.trim();
    if (!body || !this.to.value) return this.words.focus();
    await this.handset.attempt(async () => {
      await control.sendText(this.handset.number, { to: this.to.value, body });
      this.words.value = "";
    });
  }
}

function attached({ sid, content_type: type, bytes }) {
  const href = control.mediaUrl(sid);
  const label = `${type}, ${bytes} bytes`;
  const inside = PICTURES.has(type) ? el("img", { src: href, alt: label, loading: "lazy" }) : label;
  return el("a", { href, target: "_blank", rel: "noopener" }, inside);
}

/** A message in a line of the log. */
export function tellMessage(message) {
  const { from, to, body, media, status, error_code: code, direction, segments, sid } = message;
  const text = el("span", {}, `${from} → ${to}: `, el("q", {}, body));
  if (media.length) text.append(` and ${media.length} medi${media.length === 1 ? "um" : "a"}`);
  return {
    badge: "Text", text, aside: code ? `${status} ${code}` : status,
    values: { Sid: sid, Direction: direction, Segments: segments, "Error code": code },
  };
}
