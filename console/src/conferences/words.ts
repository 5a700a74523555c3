import type { ConferenceSummary, EndReason, Participant, ParticipantState } from "../api/schema";

export const STATES: Record<ParticipantState, string> = {
  pending: "Being invited",
  invited: "Invited",
  "opted-out": "Replied STOP",
  "no-answer": "No answer",
  busy: "Busy",
  declined: "Declined",
  failed: "Not reached",
  joined: "In the conference",
  left: "Left",
};

const ENDS: Record<EndReason, string> = {
  "everyone-left": "Everybody left",
  "time-limit": "Time was up",
  "nobody-joined": "Nobody joined",
  "nobody-else-joined": "Only one joined",
  ended: "Ended by an agent",
  "not-created": "Could not be held",
};

export function status(conference: ConferenceSummary): string {
  if (conference.status === "ended") return conference.end_reason ? ENDS[conference.end_reason] : "Ended";
  return conference.status === "active" ? "In progress" : "Waiting for participants";
}

/** How somebody is or was reached. */
export function way(participant: Participant): string {
  return participant.join === "dial_in" ? "calls in with the code" : "is called";
}
