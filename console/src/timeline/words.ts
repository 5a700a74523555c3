import type { CallOutcome, Entry } from "../api/schema";
import { duration } from "../shell/times";

/** What became of a call, in a word or two. */
export const OUTCOMES: Record<CallOutcome, string> = {
  "in-progress": "In progress",
  answered: "Answered",
  voicemail: "Voicemail",
  callback: "Asked to be called back",
  conference: "Conference",
  missed: "Missed",
  abandoned: "Hung up early",
  rejected: "Rejected",
};

/** A text's status in Twilio's words, for people. */
const DELIVERY: Record<string, string> = {
  unknown: "Being looked up",
  accepted: "Sending",
  scheduled: "Scheduled",
  queued: "Sending",
  sending: "Sending",
  sent: "Sent",
  delivered: "Delivered",
  read: "Read",
  undelivered: "Not delivered",
  partially_delivered: "Delivered in part",
  failed: "Failed",
  canceled: "Canceled",
  refused: "Refused: the contact is blocked",
};

export function delivery(status: string | undefined): string {
  return DELIVERY[status ?? ""] ?? status ?? "";
}

export function hasFailed(entry: Entry): boolean {
  return entry.error !== undefined || ["undelivered", "failed", "partially_delivered"].includes(entry.status ?? "");
}

/** How a call went: direction, outcome, how long it took and who took it. */
export function callTitle(entry: Entry): string {
  if (entry.outcome === undefined || entry.outcome === "in-progress") {
    return entry.direction === "inbound" ? "Call coming in" : "Calling";
  }
  if (entry.direction === "inbound") {
    return entry.outcome === "missed" ? "Missed call" : entry.outcome === "answered" ? "Answered call" : `Call: ${lower(OUTCOMES[entry.outcome])}`;
  }
  return entry.outcome === "answered" ? "Outgoing call" : "Outgoing call: no answer";
}

export function callFacts(entry: Entry): string[] {
  const facts: string[] = [];
  if (entry.duration_seconds) facts.push(duration(entry.duration_seconds));
  if (entry.queue) facts.push(`queue ${entry.queue}`);
  if (entry.waited_seconds !== undefined) facts.push(`waited ${duration(entry.waited_seconds)}`);
  if (entry.talked_seconds) facts.push(`talked ${duration(entry.talked_seconds)}`);
  if (entry.agent_name) facts.push(`answered by ${entry.agent_name}`);
  else if (entry.answered_by && entry.direction === "inbound") facts.push(`answered by ${entry.answered_by}`);
  return facts;
}

/** An entry in a line, for the inbox. */
export function summary(entry: Entry | null): string {
  if (!entry) return "Nothing yet";
  switch (entry.type) {
    case "sms":
      return `${entry.direction === "outbound" ? "Sent: " : ""}${entry.body || (entry.media?.length ? "Picture or file" : "")}`;
    case "note":
      return `Note: ${entry.body ?? ""}`;
    case "voicemail":
      return `Voicemail, ${duration(entry.recording_duration_seconds ?? 0)}`;
    case "conference":
      return entry.title ? `Conference: ${entry.title}` : "Conference";
    case "external":
      return entry.title ?? entry.source ?? "";
    case "call":
      return callTitle(entry);
  }
}

function lower(words: string): string {
  return words.charAt(0).toLowerCase() + words.slice(1);
}
