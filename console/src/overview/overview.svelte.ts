import { ask } from "../api/ask";
import { Refusal } from "../api/refusal";
import type { Overview, OverviewHour } from "../api/schema";

/** What is counted of an hour, and how it is called. */
export const COUNTS = {
  calls_answered: "Answered calls",
  calls_missed: "Missed calls",
  voicemails: "Voicemails",
  calls_other: "Other calls in",
  calls_outbound: "Outgoing calls",
  texts_in: "Texts received",
  texts_out: "Texts sent",
} as const;

export type Count = keyof typeof COUNTS;
export type Counts = Record<Count, number>;

/** Calls and texts of some days, in the office's time zone. */
export class Report {
  days = $state(7);
  overview = $state.raw<Overview>();
  loading = $state(true);
  problem = $state("");

  async load(): Promise<void> {
    this.loading = true;
    try {
      const query = { from: isoDay(this.days - 1), to: isoDay(0) };
      this.overview = await ask("get", "/api/overview", { query });
      this.problem = "";
    } catch (error) {
      const isMissing = error instanceof Refusal && error.status === 404;
      this.problem = isMissing ? "This server does not offer an overview." : Refusal.sentence(error);
    }
    this.loading = false;
  }
}

/** The calendar day so many days ago, `YYYY-MM-DD`. */
function isoDay(daysAgo: number): string {
  const day = new Date();
  day.setDate(day.getDate() - daysAgo);
  const two = (number: number) => String(number).padStart(2, "0");
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}

/** Sums over the days of an overview, all of them, also those without anything. */
export function byDay(overview: Overview): { day: string; counts: Counts }[] {
  const days: { day: string; counts: Counts }[] = [];
  for (let time = Date.parse(overview.from); time <= Date.parse(overview.to); time += 86_400_000) {
    const day = new Date(time).toISOString().slice(0, 10);
    days.push({ day, counts: sum(overview.hours.filter(({ at }) => at.startsWith(day))) });
  }
  return days;
}

/** Sums over the 24 hours of a day. */
export function byHour(overview: Overview): { hour: number; counts: Counts }[] {
  return Array.from({ length: 24 }, (_, hour) => {
    const hours = overview.hours.filter(({ at }) => Number(at.slice(11, 13)) === hour);
    return { hour, counts: sum(hours) };
  });
}

export function sum(hours: readonly OverviewHour[]): Counts {
  const names = Object.keys(COUNTS) as Count[];
  const total = (name: Count) => hours.reduce((sum, hour) => sum + hour[name], 0);
  return Object.fromEntries(names.map((name) => [name, total(name)])) as Counts;
}
