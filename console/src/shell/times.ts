/** Times in the reader's zone and manner. */

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const WEEKDAY = new Intl.DateTimeFormat(undefined, { weekday: "short" });
const DATE = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const DATE_OF_YEAR = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric" });
const DAY = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
const EXACT = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });
const DAY_MILLISECONDS = 86_400_000;

/** The time of day. */
export function clock(at: string): string {
  return CLOCK.format(new Date(at));
}

/** To the second, with the zone. */
export function exact(at: string): string {
  return EXACT.format(new Date(at));
}

/** The day, as a heading: `Today`, `Yesterday` or its name. */
export function day(at: string, now = new Date()): string {
  const days = daysBetween(new Date(at), now);
  return days === 0 ? "Today" : days === 1 ? "Yesterday" : DAY.format(new Date(at));
}

/** As short as can be told apart: a time today, a weekday in the last six days, else a date. */
export function short(at: string, now = new Date()): string {
  const time = new Date(at);
  const days = daysBetween(time, now);
  if (days === 0) return CLOCK.format(time);
  if (days > 0 && days < 7) return WEEKDAY.format(time);
  return (time.getFullYear() === now.getFullYear() ? DATE : DATE_OF_YEAR).format(time);
}

/** The date and the time of day. */
export function dateAndClock(at: string, now = new Date()): string {
  const time = new Date(at);
  const date = (time.getFullYear() === now.getFullYear() ? DATE : DATE_OF_YEAR).format(time);
  return `${date}, ${CLOCK.format(time)}`;
}

export function isSameDay(a: string, b: string): boolean {
  return new Date(a).toDateString() === new Date(b).toDateString();
}

/** A duration as `m:ss`, or `h:mm:ss` from an hour on. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  const two = (number: number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** Calendar days from one time to a later one. */
function daysBetween(earlier: Date, later: Date): number {
  const noon = (time: Date) => new Date(time.getFullYear(), time.getMonth(), time.getDate(), 12).getTime();
  return Math.round((noon(later) - noon(earlier)) / DAY_MILLISECONDS);
}
