// What has happened so far, as the events tell it: calls, what was heard on them, and the log.

/** How many log lines, calls and lines of one call are remembered. */
const MOST_LINES = 2000;
const MOST_CALLS = 1000;
const MOST_TEXTS = 300;
const MOST_ENTRIES = 300;

const FINAL = new Set(["completed", "busy", "failed", "no-answer", "canceled"]);

/** A call on a phone. */
class Call {
  constructor(view) {
    this.view = view;
    this.entries = [];
    /** When it was answered, in milliseconds of the real clock. */
    this.answeredAt = null;
  }

  get sid() {
    return this.view.sid;
  }
  get over() {
    return FINAL.has(this.view.status);
  }
  get talking() {
    return this.view.status === "in-progress";
  }
  /** Whether its phone placed it. */
  get outgoing() {
    return this.view.direction === "inbound";
  }
  /** Whether its phone rings. */
  get rings() {
    return !this.outgoing && this.view.status === "ringing";
  }
  /** Whether its person can press, speak and hang up. */
  get canAct() {
    return this.talking || (this.outgoing && !this.over);
  }
  /** The other side's number. */
  get other() {
    return this.outgoing ? this.view.to : this.view.from;
  }

  /** Simulated seconds since it was answered. */
  seconds(speed) {
    if (this.over) return this.view.duration_seconds ?? 0;
    return this.answeredAt === null ? 0 : ((Date.now() - this.answeredAt) / 1000) * speed;
  }
}

export class Story {
  constructor() {
    this.begin();
  }

  /** Forgets everything: it is told again. */
  begin() {
    this.calls = new Map();
    /** By phone: the texts that it sent or that arrived on it, oldest first. */
    this.texts = new Map();
    /** By phone, the newest last: what happened there last. */
    this.newest = new Map();
    /** Conferences that are not over, by SID: `{ sid, name, status, people }`. */
    this.rooms = new Map();
    /** Rises when any of them changed. */
    this.roomsEdition = (this.roomsEdition ?? 0) + 1;
    this.lines = [];
    /** Rises when `lines` began anew. */
    this.edition = (this.edition ?? 0) + 1;
  }

  apply(event) {
    switch (event.type) {
      case "call":
        this.#called(event);
        break;
      case "message":
        this.#texted(event.message);
        break;
      case "conference":
        this.#conferred(event);
        break;
      case "transcript":
        this.#heard(event);
        break;
      case "recording":
        this.#note(event.call_sid, { kind: "recording", sid: event.recording_sid, status: event.status });
        break;
      case "reset":
        this.begin();
        break;
      default:
    }
    if (worthALine(event)) {
      this.lines.push(event);
      if (this.lines.length > MOST_LINES) this.lines.shift();
    }
  }

  #called(event) {
    const { call: view } = event;
    let call = this.calls.get(view.sid);
    if (!call) {
      call = new Call(view);
      this.calls.set(view.sid, call);
      this.#happenedAt(view.phone, view.sid);
      if (this.calls.size > MOST_CALLS) {
        const oldest = [...this.calls.values()].find((one) => one.over);
        if (oldest) this.calls.delete(oldest.sid);
      }
    }
    call.view = view;
    if (call.talking) call.answeredAt ??= Date.parse(event.at);
  }

  #texted(message) {
    const phone = message.direction === "inbound" ? message.from : message.to;
    const texts = this.texts.get(phone) ?? [];
    if (!message.arrived || texts.some((text) => text.sid === message.sid)) return;
    texts.push(message);
    if (texts.length > MOST_TEXTS) texts.shift();
    this.texts.set(phone, texts);
    this.#happenedAt(phone, message.sid);
  }

  #conferred({ conference_sid: sid, friendly_name: name, status, participant }) {
    const room = this.rooms.get(sid) ?? { sid, name, people: new Map() };
    room.status = status;
    if (participant?.left_at) room.people.delete(participant.call_sid);
    else if (participant) room.people.set(participant.call_sid, participant);
    if (status === "completed") this.rooms.delete(sid);
    else this.rooms.set(sid, room);
    this.roomsEdition += 1;
  }

  /** The conference that a call is in. */
  roomOf(callSid) {
    for (const room of this.rooms.values()) if (room.people.has(callSid)) return room;
    return null;
  }

  #happenedAt(phone, sid) {
    if (!phone) return;
    this.newest.delete(phone);
    this.newest.set(phone, sid);
  }

  #heard({ call_sid: sid, entry }) {
    if (entry.kind !== "twiml" && entry.kind !== "verb" && entry.kind !== "script-ended") this.#note(sid, entry);
  }

  // An entry that comes before its call only says that there is one.
  #note(sid, entry) {
    const entries = this.calls.get(sid)?.entries;
    entries?.push(entry);
    if (entries?.length > MOST_ENTRIES) entries.shift();
  }

  /** The calls of a phone, newest first. */
  callsOf(number) {
    return [...this.calls.values()].filter((call) => call.view.phone === number).reverse();
  }

  /** The texts that a phone sent or that arrived on it, oldest first. */
  textsOf(number) {
    return this.texts.get(number) ?? [];
  }

  /** Phones that have calls or texts, the newest first. */
  phones() {
    return [...this.newest.keys()].reverse();
  }

  /** Whether a line belongs to a call or to one that it made. */
  concerns(event, sid) {
    const own = event.call_sid ?? event.webhook?.call_sid ?? event.call?.sid ?? event.participant?.call_sid ?? event.task?.call_sid;
    if (own) return own === sid || this.calls.get(own)?.view.parent_call_sid === sid;
    return event.type === "rest" && (event.path.includes(sid) || Object.values(event.params).includes(sid));
  }
}

/** The log shows a status and a warning once: as the event of its own. */
function worthALine({ type, entry }) {
  if (type !== "transcript") return true;
  if (entry.kind === "twiml") return !entry.url;
  return !["status", "warning", "script-ended"].includes(entry.kind);
}
