import type { OpeningHours } from "../api/schema";

export const WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;

type Weekday = (typeof WEEKDAYS)[number];

/** The hours of each day as a person writes them: `09:00-12:00, 13:00-17:00`; empty when closed. */
export type HoursFields = Record<Weekday, string>;

export function asFields(hours: OpeningHours | null): HoursFields {
  const field = (day: Weekday) => (hours?.[day] ?? []).map(({ from, to }) => `${from}-${to}`).join(", ");
  return Object.fromEntries(WEEKDAYS.map((day) => [day, field(day)])) as HoursFields;
}

/** @throws {Error} with a sentence that names the day. */
export function asOpeningHours(fields: HoursFields): OpeningHours {
  return Object.fromEntries(WEEKDAYS.map((day) => [day, hoursOf(day, fields[day])])) as OpeningHours;
}

function hoursOf(day: Weekday, field: string) {
  const parts = field.split(",").map((part) => part.trim());
  return parts.filter(Boolean).map((part) => {
    const [, from, to] = /^(\d\d:\d\d) ?[-–] ?(\d\d:\d\d)$/.exec(part) ?? [];
    if (!from || !to) {
      throw new Error(`The hours of ${day} are not clear. Write them as 09:00-12:00, 13:00-17:00, or leave them empty.`);
    }
    return { from, to };
  });
}
