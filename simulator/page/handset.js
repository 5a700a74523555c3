// One phone: its screen, its keypad and what its person does.

import * as control from "./control.js";
import { atEnd, clockTime, el, setOptions, setText } from "./dom.js";
import { bubble, describe } from "./screen.js";
import { Texts } from "./texts.js";

const KEYS = [
  ["1", ""], ["2", "ABC"], ["3", "DEF"],
  ["4", "GHI"], ["5", "JKL"], ["6", "MNO"],
  ["7", "PQRS"], ["8", "TUV"], ["9", "WXYZ"],
  ["*", ""], ["0", "+"], ["#", ""],
];

const BEHAVIORS = [
  ["ring", "it rings until I answer"],
  ["answer", "it answers by itself"],
  ["busy", "it is busy"],
  ["no-answer", "nobody answers"],
  ["decline", "it declines"],
  ["unreachable", "it is unreachable"],
  ["carrier-voicemail", "the carrier’s voicemail answers"],
];

const ON_MESSAGE = [
  ["deliver", "the text arrives"],
  ["unreachable", "it is unreachable (30003)"],
  ["unknown", "nobody has the number (30005)"],
  ["landline", "it is a landline (30006)"],
  ["not-mobile", "it is no mobile (21614)"],
  ["filtered", "the carrier filters it (30007)"],
  ["silent", "it arrives, unconfirmed"],
];

const options = (values) => values.map(([value, label]) => el("option", { value }, label));

export class Handset {
  /** `phone` is `{number, label}`; `page` has `story`, `numbers`, `speed`, `recordings`, `showLog(sid)` and `remove(handset)`. */
  constructor(phone, page) {
    this.phone = phone;
    this.page = page;
    this.behavior = null;
    this.shown = { sid: null, edition: null, entries: 0 };
    this.chosen = null;
    this.presses = Promise.resolve();
    this.#build();
  }

  get number() {
    return this.phone.number;
  }

  #build() {
    const name = this.phone.label || "Phone";
    const button = (label, className, click, extra = {}) =>
      el("button", { type: "button", className, on: { click }, ...extra }, label);
    this.status = el("p", { className: "status", role: "status" });
    this.time = el("p", { className: "time", "aria-label": "Duration" });
    this.tabs = el("div", { className: "tabs", role: "group", "aria-label": "Calls on this phone", hidden: true });
    this.transcript = el("ol", { className: "transcript", role: "log", "aria-live": "polite", "aria-label": "What is heard and said", tabIndex: 0 });
    this.logLink = button("Show in log", "link", () => this.page.showLog(this.call.sid));
    this.incoming = el("div", { className: "actions incoming", hidden: true },
      button("Decline", "red", () => this.#act((sid) => control.decline(sid))),
      button("Answer", "green", () => this.#act((sid) => control.answer(sid))));
    this.to = el("select", { "aria-label": "Number to call" });
    this.callButton = button("Call", "green", () => this.#place());
    this.to.addEventListener("change", () => this.#labelCall());
    this.dial = el("div", { className: "actions dial" }, this.to, this.callButton);
    this.hangUp = el("div", { className: "actions", hidden: true },
      button("Hang up", "red", () => this.#act((sid) => control.hangUp(sid))));
    this.keys = KEYS.map(([key, letters]) =>
      button(el("b", {}, key), "key", () => this.press(key), { "aria-label": `Press ${spoken(key)}`, dataset: { key } }));
    this.keys.forEach((key, at) => KEYS[at][1] && key.append(el("small", { "aria-hidden": "true" }, KEYS[at][1])));
    this.words = el("input", { placeholder: "Say something…", "aria-label": "Words to say", autocomplete: "off", maxLength: 1000 });
    this.speak = el("form", { className: "speak", on: { submit: (event) => this.#say(event) } },
      this.words,
      el("button", { type: "submit" }, "Speak"),
      button("5 s", "", () => this.#speak({ seconds: 5 }), { title: "Speak for 5 seconds without words", "aria-label": "Speak for 5 seconds" }));
    this.error = el("p", { className: "error", role: "alert", hidden: true });
    this.onCall = el("select", { on: { change: () => this.#behave() } }, ...options(BEHAVIORS));
    this.onMessage = el("select", { on: { change: () => this.#behave() } }, ...options(ON_MESSAGE));
    this.texts = new Texts(this);
    this.script = el("small", { className: "script", hidden: true });
    this.callerName = el("input", { placeholder: "not sent", autocomplete: "off", maxLength: 100, value: this.phone.callerName ?? "", on: { change: () => {
      this.phone.callerName = this.callerName.value.trim();
      this.page.save();
    } } });
    this.element = el("section",
      { className: "handset", tabIndex: 0, role: "group", "aria-label": `${name}, ${this.number}`, "aria-description": "Digits, star and pound press its keys", dataset: { number: this.number }, on: { keydown: (event) => this.#keyDown(event) } },
      el("header", {},
        el("div", {}, el("h2", {}, name), el("p", { className: "number" }, this.number)),
        button("×", "close", () => this.page.remove(this), { title: "Put this phone away", "aria-label": `Put away ${name}` })),
      el("div", { className: "screen" },
        el("div", { className: "line" }, this.status, this.time), this.tabs, this.transcript, this.logLink),
      this.incoming, this.dial, this.hangUp,
      el("div", { className: "keypad", role: "group", "aria-label": "Keypad" }, ...this.keys),
      this.speak, this.texts.element, this.error,
      el("div", { className: "options" },
        el("label", {}, "When called ", this.onCall), this.script,
        el("label", {}, "When texted ", this.onMessage),
        el("label", {}, "Caller name ", this.callerName)));
  }

  /** The call on the screen: the chosen one, what is talked on, what is not over, the last. */
  #pick() {
    const calls = this.page.story.callsOf(this.number);
    this.live = calls.filter((call) => !call.over);
    const chosen = this.live.find((call) => call.sid === this.chosen);
    return chosen ?? this.live.find((call) => call.talking) ?? this.live[0] ?? calls[0] ?? null;
  }

  render() {
    const call = (this.call = this.#pick());
    this.element.classList.toggle("ringing", this.live.some((one) => one.rings));
    this.element.classList.toggle("talking", Boolean(call?.talking));
    setText(this.status, describe(call, call?.talking ? this.page.story.roomOf(call.sid) : null));
    this.tick();
    this.#renderTabs();
    this.#renderTranscript();
    this.texts.render();
    this.logLink.hidden = !call;
    const acting = this.element.contains(document.activeElement) && document.activeElement !== this.element;
    this.incoming.hidden = !call?.rings;
    this.hangUp.hidden = !call?.canAct;
    this.dial.hidden = Boolean(call && !call.over);
    this.speak.inert = !call?.canAct;
    for (const key of this.keys) key.disabled = !call?.canAct;
    // What had the focus is gone: digits still belong to this phone.
    if (acting && document.activeElement.closest("[hidden], [inert], :disabled")) this.element.focus();
    const { numbers } = this.page;
    this.to.hidden = numbers.length < 2;
    setOptions(this.to, numbers.map((own) => [own.phone_number, `${own.friendly_name} ${own.phone_number}`]));
    this.#labelCall();
  }

  #labelCall() {
    setText(this.callButton, this.to.value ? `Call ${this.to.value}` : "No number to call");
    this.callButton.disabled = !this.to.value;
  }

  /** Shows how long the call lasts. */
  tick() {
    setText(this.time, this.call?.talking || this.call?.over ? clockTime(this.call.seconds(this.page.speed)) : "");
  }

  #renderTabs() {
    const several = this.live.length > 1;
    this.tabs.hidden = !several;
    const wanted = several ? this.live.map((call) => `${call.other}: ${call.view.status}`) : [];
    if (this.tabs.dataset.calls === JSON.stringify([wanted, this.call?.sid])) return;
    this.tabs.dataset.calls = JSON.stringify([wanted, this.call?.sid]);
    this.tabs.replaceChildren(...wanted.map((label, at) => el("button", {
      type: "button", "aria-pressed": String(this.live[at] === this.call),
      on: { click: () => { this.chosen = this.live[at]?.sid; this.render(); } },
    }, label)));
  }

  #renderTranscript() {
    const { story, recordings } = this.page;
    const entries = this.call?.entries ?? [];
    const sid = this.call?.sid ?? null;
    const last = entries.at(-1);
    const { shown } = this;
    if (shown.sid === sid && shown.edition === story.edition && shown.last === last && shown.recordings === recordings) return;
    const follow = atEnd(this.transcript) || shown.sid !== sid;
    const known = shown.sid === sid && shown.edition === story.edition && shown.recordings === recordings && shown.last ? entries.indexOf(shown.last) : -1;
    // Only what is new is added, so that a screen reader reads only that.
    if (known < 0) this.transcript.replaceChildren();
    for (const entry of entries.slice(known + 1)) {
      const line = bubble(entry, this.call, recordings);
      if (line) this.transcript.append(line);
    }
    if (!sid) this.transcript.append(el("li", { className: "hint" }, "What this phone hears shows up here."));
    this.shown = { sid, edition: story.edition, last, recordings };
    if (follow) this.transcript.scrollTop = this.transcript.scrollHeight;
  }

  #keyDown(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select")) return;
    const key = this.keys.find((one) => one.dataset.key === event.key);
    if (!key || event.repeat) return;
    event.preventDefault();
    key.classList.add("down");
    setTimeout(() => key.classList.remove("down"), 150);
    if (!key.disabled) this.press(event.key);
  }

  /** Presses a key; keys arrive in the order in which they were pressed. */
  press(key) {
    const { sid } = this.call;
    this.presses = this.presses.then(() => this.attempt(() => control.press(sid, key)));
    return this.presses;
  }

  #say(event) {
    event.preventDefault();
    const text = this.words.value.trim();
    if (!text) return this.words.focus();
    this.words.value = "";
    return this.#speak({ text });
  }

  async #speak(speech) {
    if (!this.call?.canAct) return;
    this.speaking = (this.speaking ?? 0) + 1;
    this.speak.classList.add("speaking");
    await this.attempt(() => control.speak(this.call.sid, speech));
    this.speaking -= 1;
    this.speak.classList.toggle("speaking", this.speaking > 0);
  }

  #place() {
    this.chosen = null;
    const name = this.phone.callerName;
    this.element.focus();
    return this.attempt(() => control.placeCall(this.number, { to: this.to.value, ...(name ? { caller_name: name } : {}) }));
  }

  #act(action) {
    const { sid } = this.call;
    this.element.focus();
    return this.attempt(() => action(sid));
  }

  /** Takes over what the simulator says that this phone does when called or texted. */
  setBehavior(behavior) {
    this.behavior = behavior;
    if (document.activeElement !== this.onCall) this.onCall.value = behavior.on_call;
    if (document.activeElement !== this.onMessage) this.onMessage.value = behavior.on_message;
    const steps = behavior.script?.length ?? 0;
    this.script.hidden = !steps;
    setText(this.script, `and follows a script of ${steps} step${steps === 1 ? "" : "s"}`);
  }

  async #behave() {
    const behavior = { ...this.behavior, on_call: this.onCall.value, on_message: this.onMessage.value };
    // A time was set for what it did before.
    if (behavior.on_call !== this.behavior?.on_call) delete behavior.after_ms;
    await this.attempt(async () => this.setBehavior(await control.setBehavior(this.number, behavior)));
  }

  /** Does what may be refused, and shows why. */
  async attempt(action) {
    this.error.hidden = true;
    try {
      await action();
    } catch (error) {
      if (!(error instanceof control.ControlError)) throw error;
      setText(this.error, error.message);
      this.error.hidden = false;
    }
  }
}

function spoken(key) {
  return { "*": "star", "#": "pound" }[key] ?? key;
}
