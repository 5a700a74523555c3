// The conferences that are going on, and who is in them.

import { el, setText } from "./dom.js";

/** How many conferences are shown; the others are counted. */
const SHOWN = 24;

export class Rooms {
  /** `page` has `story`. */
  constructor(element, page) {
    this.element = element;
    this.page = page;
    this.title = el("h2", {});
    this.list = el("ul", { className: "room-list" });
    element.append(this.title, this.list);
  }

  render() {
    const { rooms, roomsEdition } = this.page.story;
    if (this.edition === roomsEdition) return;
    this.edition = roomsEdition;
    const live = [...rooms.values()];
    this.element.hidden = !live.length;
    const more = live.length > SHOWN ? `, the newest ${SHOWN} of them here` : "";
    setText(this.title, `${live.length} conference${live.length === 1 ? "" : "s"} going on${more}`);
    this.list.replaceChildren(...live.slice(-SHOWN).reverse().map(show));
  }
}

function show(room) {
  const people = [...room.people.values()].map((person) => {
    const marks = [person.muted && "muted", person.hold && "on hold", person.coaching && "coaching"].filter(Boolean);
    const who = person.phone ?? `call …${person.call_sid.slice(-4)}`;
    return el("li", {}, person.label ? `${person.label} · ${who}` : who, marks.length ? el("small", {}, ` ${marks.join(", ")}`) : "");
  });
  const state = room.status === "init" ? "waiting to start" : "in progress";
  return el("li", { className: "room", dataset: { conference: room.sid } },
    el("p", {}, el("strong", {}, room.name), el("small", {}, ` ${state}`)),
    el("ul", { className: "people" }, ...people));
}
