import type { NewParticipant } from "../api/schema";

/** Somebody to invite, as a form has them. */
export interface Person {
  /** Tells rows of a form apart. */
  row: number;
  phone_number: string;
  name: string;
  join: NewParticipant["join"];
}

let rows = 0;

export function nobody(join: NewParticipant["join"] = "dial_in"): Person {
  rows += 1;
  return { row: rows, phone_number: "", name: "", join };
}

/** Those of whom there is a number. */
export function toInvite(people: Person[]): NewParticipant[] {
  return people
    .filter(({ phone_number }) => phone_number.trim())
    .map(({ phone_number, name, join }) => ({ phone_number: phone_number.trim(), join, name: name.trim() || null }));
}
