// The phones page: which phones there are, and what happens to them.

import * as control from "./control.js";
import { setText } from "./dom.js";
import { Handset } from "./handset.js";
import { Log } from "./log.js";
import { Rooms } from "./rooms.js";
import { Story } from "./story.js";

/** Phones that nobody asked for, of the newest calls, are at most so many. */
const MOST_GUESTS = 6;
const STORED = "simulator.phones";
const FIRST_PHONES = [
  { number: "+15005550111", label: "Customer" },
  { number: "+15005550112", label: "Colleague" },
];

/** What a phone does that nobody told anything. */
const USUAL = { on_call: "ring", on_message: "deliver" };

const at = (id) => document.getElementById(id);

class Page {
  constructor() {
    this.story = new Story();
    this.numbers = [];
    this.recordings = new Map();
    this.speed = 1;
    /** By number, in the order of the page. */
    this.handsets = new Map();
    /** Numbers that were put away, with the call or text that was their newest then. */
    this.away = new Map();
    this.log = new Log(at("log"), this);
    this.rooms = new Rooms(at("rooms"), this);
    for (const phone of this.#stored()) this.#show(phone);
    at("add").addEventListener("submit", (event) => this.#add(event));
    at("reset").addEventListener("click", () => this.#reset());
    setInterval(() => this.handsets.forEach((handset) => handset.tick()), 500);
    // What others changed meanwhile.
    document.addEventListener("visibilitychange", () => document.hidden || this.#refresh());
    this.render();
    control.follow({
      began: () => {
        this.connected = true;
        this.story.begin();
        this.#connection("live", "Live");
        this.#refresh();
        this.#soon();
      },
      happened: (event) => this.#happened(event),
      lost: () => {
        this.connected = false;
        this.#connection("lost", "Reconnecting…");
      },
    });
  }

  #connection(state, text) {
    at("connection").dataset.state = state;
    setText(at("connection"), text);
  }

  #happened(event) {
    this.story.apply(event);
    if (event.type === "recording" && event.status === "completed") this.#refreshSoon();
    if (event.type === "rest" && event.path.includes("/IncomingPhoneNumbers") && event.method !== "GET") this.#refreshSoon();
    if (event.type === "call" && event.call.direction !== "inbound" && event.call.status === "ringing") this.#refreshSoon();
    if (event.type === "reset") this.away.clear();
    this.#soon();
  }

  /** Many events are one rendering. */
  #soon() {
    this.rendering ??= setTimeout(() => {
      this.rendering = undefined;
      this.render();
    }, 16);
  }

  #refreshSoon() {
    this.refreshing ??= setTimeout(() => {
      this.refreshing = undefined;
      this.#refresh();
    }, 50);
  }

  /** Asks for what no event tells: numbers, behaviours, how long recordings are. */
  async #refresh() {
    try {
      const [account, numbers, phones, recordings] = await Promise.all([control.account(), control.numbers(), control.phones(), control.recordings()]);
      this.speed = account.speed;
      this.numbers = numbers;
      this.recordings = new Map(recordings.map((recording) => [recording.sid, recording]));
      this.behaviors = new Map(phones.map(({ number, behavior }) => [number, behavior]));
      setText(at("account"), `${account.account_sid}${account.speed === 1 ? "" : ` · ${account.speed}× as fast as life`}`);
      setText(at("make-number"), makeNumber(account.account_sid));
      at("no-numbers").hidden = numbers.length > 0;
      for (const { number } of phones) this.#guest(number);
      for (const handset of this.handsets.values()) handset.setBehavior(this.behaviors.get(handset.number) ?? USUAL);
      this.log.renderRecordings();
      this.render();
      if (this.connected) this.#connection("live", "Live");
    } catch (error) {
      if (!(error instanceof control.ControlError)) throw error;
      this.#connection("lost", error.message);
    }
  }

  render() {
    const newest = this.story.phones().slice(0, MOST_GUESTS);
    for (const number of [...newest].reverse()) this.#guest(number, newest);
    for (const handset of this.handsets.values()) handset.render();
    this.rooms.render();
    this.log.render();
    const ringing = [...this.handsets.values()].find((handset) => handset.element.classList.contains("ringing"));
    const title = "Phones · Twilio simulator";
    document.title = ringing ? `☎ ${ringing.number} rings` : title;
  }

  /** A phone that somebody else uses is shown as well; for a newer one, one that is idle leaves. */
  #guest(number, newer = []) {
    if (this.handsets.has(number) || this.numbers.some((own) => own.phone_number === number)) return;
    const newest = this.story.newest.get(number);
    if (this.away.has(number) && (!newest || this.away.get(number) === newest)) return;
    const guests = [...this.handsets.values()].filter((handset) => handset.phone.guest);
    if (guests.length >= MOST_GUESTS) {
      const idle = guests.find((handset) => !handset.live.length && !newer.includes(handset.number));
      if (!idle || !newer.length) return;
      this.#drop(idle);
    }
    this.#show({ number, label: "", guest: true });
  }

  #show(phone) {
    const handset = new Handset(phone, this);
    this.handsets.set(phone.number, handset);
    at("phones").insertBefore(handset.element, at("add"));
    handset.setBehavior(this.behaviors?.get(phone.number) ?? USUAL);
    handset.render();
    return handset;
  }

  #drop(handset) {
    handset.element.remove();
    this.handsets.delete(handset.number);
  }

  /** Puts a phone away; it comes back with its next call or text. */
  remove(handset) {
    this.away.set(handset.number, this.story.newest.get(handset.number));
    this.#drop(handset);
    this.save();
    at("add").elements.number.focus();
  }

  async #add(event) {
    event.preventDefault();
    const form = at("add");
    const problem = form.querySelector(".error");
    problem.hidden = true;
    try {
      const wanted = form.elements.number.value.trim();
      const { number, behavior } = await control.phoneView(wanted);
      if (!/^\+\d+$|^[a-z][\w-]*$/i.test(number)) throw new control.ControlError(`${wanted} is no phone number: write it as +15005550113.`);
      if (this.numbers.some((own) => own.phone_number === number)) throw new control.ControlError(`${number} is a number of the account: phones call it.`);
      if (this.handsets.has(number)) throw new control.ControlError(`${number} is here already.`);
      const handset = this.#show({ number, label: form.elements.label.value.trim() });
      handset.setBehavior(behavior);
      this.away.delete(number);
      this.save();
      form.reset();
      handset.element.focus();
    } catch (error) {
      if (!(error instanceof control.ControlError)) throw error;
      setText(problem, error.message);
      problem.hidden = false;
    }
  }

  async #reset() {
    try {
      await control.reset();
    } catch (error) {
      if (!(error instanceof control.ControlError)) throw error;
      this.#connection("lost", error.message);
    }
  }

  showLog(sid) {
    this.log.show(sid);
  }

  #stored() {
    try {
      return JSON.parse(localStorage.getItem(STORED)) ?? FIRST_PHONES;
    } catch {
      return FIRST_PHONES;
    }
  }

  /** Remembers the phones that are here because somebody wants them. */
  save() {
    const phones = [...this.handsets.values()].map((handset) => handset.phone);
    try {
      localStorage.setItem(STORED, JSON.stringify(phones.filter((phone) => !phone.guest)));
    } catch {
      // Without storage the page begins with its first phones.
    }
  }
}

function makeNumber(account) {
  return `curl -u ${account}:$AUTH_TOKEN ${location.origin}/2010-04-01/Accounts/${account}/IncomingPhoneNumbers.json \\
  -d PhoneNumber=%2B15005550100 -d VoiceUrl=http://127.0.0.1:8000/`;
}

new Page();
