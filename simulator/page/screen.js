// What a phone's screen says of its call.

import { recordingUrl } from "./control.js";
import { clockTime, el } from "./dom.js";

/** Where a call stands, as its phone shows it. */
export function describe(call, room = null) {
  if (!call) return "Ready";
  const { status } = call.view;
  switch (status) {
    case "queued":
    case "initiated":
      return "Being called…";
    case "ringing":
      return call.outgoing ? `Calling ${call.other}…` : `${call.other} is calling`;
    case "in-progress":
      if (room) return room.status === "init" ? `Waiting in conference ${room.name}` : `In conference ${room.name}`;
      return `On a call with ${call.other}`;
    case "completed":
      return "Call ended";
    case "busy":
      return call.outgoing ? "Busy" : "Declined or busy";
    case "failed":
      return "Call failed";
    case "no-answer":
      return "No answer";
    default:
      return "Caller gave up";
  }
}

/** A line of the transcript; nothing for what is no sound and no act. */
export function bubble(entry, call, recordings) {
  const line = (className, ...content) => el("li", { className }, ...content);
  switch (entry.kind) {
    case "heard":
      switch (entry.source) {
        case "say":
        case "speech":
        case "not-in-service":
          return line("heard", entry.text);
        case "play":
          return line("heard media", `♪ ${entry.text}`);
        case "beep":
          return line("sound beep", "beep");
        default:
          return line("sound", entry.text);
      }
    case "said":
      return line("said", entry.text);
    case "pressed":
      return line("said pressed", ...[...entry.digits].map((digit) => el("kbd", {}, digit)));
    case "did":
      return line("sound", { answer: "answered", decline: "declined", "hang-up": "hung up" }[entry.action] ?? entry.action);
    case "status":
      if (entry.status === "ringing" && !call.outgoing) return line("sound", "ringing");
      return entry.status === "completed" ? line("sound", "call ended") : null;
    case "warning":
      return line("warning", `${entry.code}: ${entry.message}`);
    case "script-error":
      return line("warning", entry.message);
    case "recording":
      return recorded(entry, recordings);
    default:
      return null;
  }
}

function recorded({ sid, status }, recordings) {
  if (status === "in-progress") return el("li", { className: "sound recording" }, "recording…");
  if (status === "absent") return el("li", { className: "sound" }, "nothing was recorded");
  if (status !== "completed") return null;
  const seconds = recordings.get(sid)?.duration_seconds;
  return el("li", { className: "recorded" },
    el("span", {}, seconds === undefined || seconds === null ? "Recording" : `Recording, ${clockTime(seconds)}`),
    el("a", { href: recordingUrl(sid), target: "_blank", rel: "noopener" }, "Play"));
}
