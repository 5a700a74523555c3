// How much is loaded, how soon one can work, and how long lists scroll.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { brotliCompressSync } from "node:zlib";
import { scenario, slowness } from "../office.mjs";

const DIST = new URL("../../dist/", import.meta.url);
const CONTACTS = 10_000;
const ENTRIES = 5_000;

const report = (figure) => console.log(`  ${figure}`);

/** A contact of ten thousand, and an entry of five thousand: as the API shows them. */
function contact(index) {
  const number = `+1500556${String(index).padStart(4, "0")}`;
  const at = new Date(Date.UTC(2026, 0, 1) - index * 60_000).toISOString();
  const last_entry = entry(0, at);
  return { id: String(index).padStart(32, "0"), name: `Contact ${index}`, numbers: [number], status: "open", assignee: null, unread: 0, blocked: false, opted_out: false, last_activity_at: at, last_entry };
}

function entry(index, at = new Date(Date.UTC(2026, 0, 1) - index * 600_000).toISOString()) {
  const body = "A text of some length that says what it says. ".repeat(1 + (index % 5));
  return { id: `SM${String(index).padStart(32, "0")}`, type: "sms", account_sid: "AC", contact_id: "0".repeat(32), contact_number: "+15005560000", our_number: "+15005550100", direction: index % 2 ? "inbound" : "outbound", at, status: "delivered", body };
}

/** Serves a long list in pages, as the API does. */
function pages(make, length) {
  return (route) => {
    const query = new URL(route.request().url()).searchParams;
    const [begin, limit] = [Number(query.get("cursor") ?? 0), Number(query.get("limit"))];
    const end = Math.min(begin + limit, length);
    const items = Array.from({ length: end - begin }, (_, index) => make(begin + index));
    return route.fulfill({ json: { items, next: end < length ? String(end) : null } });
  };
}

/** Scrolls for two seconds; frames a second. */
function scroll(region, pixelsAFrame) {
  return region.evaluate(
    (view, pixels) =>
      new Promise((resolve) => {
        const begin = performance.now();
        let frames = 0;
        const frame = () => {
          frames += 1;
          view.scrollTop += pixels;
          const passed = performance.now() - begin;
          if (passed < 2_000) requestAnimationFrame(frame);
          else resolve(Math.round((frames * 1_000) / passed));
        };
        requestAnimationFrame(frame);
      }),
    pixelsAFrame,
  );
}

export function play() {
  scenario("the first view is at most 100 KB compressed", async () => {
    const page = readFileSync(new URL("index.html", DIST), "utf8");
    const first = [...page.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map(([, name]) => name);
    const size = [page, ...first.map((name) => readFileSync(new URL(name, DIST)))].reduce((sum, content) => sum + brotliCompressSync(content).length, 0);
    const all = readdirSync(new URL("assets/", DIST)).reduce((sum, name) => sum + brotliCompressSync(readFileSync(new URL(`assets/${name}`, DIST))).length, 0);
    report(`first view ${(size / 1_000).toFixed(1)} KB, everything ${(all / 1_000).toFixed(1)} KB, by Brotli`);
    assert.ok(size <= 100_000);
  });

  scenario("one can work within a second", async (office) => {
    const desk = await office.desk();
    await desk.page.reload();
    const row = desk.page.getByRole("region", { name: "Conversations" }).getByRole("link").first();
    await row.waitFor();
    const times = [];
    for (let round = 0; round < 5; round += 1) {
      const begin = performance.now();
      await desk.page.reload({ waitUntil: "commit" });
      await row.waitFor();
      times.push(performance.now() - begin);
    }
    const median = times.toSorted((a, b) => a - b)[2];
    report(`interactive ${Math.round(median)} ms after a reload, median of 5`);
    assert.ok(median < 1_000 * slowness());
  });

  scenario("ten thousand contacts and five thousand entries scroll", async (office) => {
    const desk = await office.desk({ signIn: false });
    await desk.page.route(/\/api\/contacts\?/, pages(contact, CONTACTS));
    await desk.page.route(/\/api\/contacts\/[^/?]+$/, (route) => route.fulfill({ json: contact(0) }));
    await desk.page.route(/\/entries\?/, pages((index) => entry(index), ENTRIES));
    await desk.signIn();
    const inbox = desk.page.getByRole("region", { name: "Conversations" });
    await inbox.getByRole("link").first().waitFor();
    /** Loads all pages, as somebody does who scrolls for long. */
    const loadAll = (region, end, length) =>
      region.evaluate(
        (view, { end, length }) =>
          new Promise((resolve) => {
            const step = () => {
              const row = view.querySelector("li");
              if (Number(row?.ariaSetSize ?? row?.getAttribute("aria-setsize")) >= length) return resolve();
              view.scrollTop = end ? view.scrollHeight : 0;
              setTimeout(step, 10);
            };
            step();
          }),
        { end, length },
      );
    await loadAll(inbox, true, CONTACTS);
    await inbox.evaluate((view) => (view.scrollTop = 0));
    const contacts = await scroll(inbox, 60);
    assert.ok((await inbox.getByRole("listitem").count()) < 80);

    await inbox.evaluate((view) => (view.scrollTop = 0));
    await inbox.getByRole("link").first().click();
    await desk.timeline.waitFor();
    await loadAll(desk.timeline, false, ENTRIES);
    const entries = await scroll(desk.timeline, 60);
    assert.ok((await desk.timeline.getByRole("listitem").count()) < 80);
    report(`${CONTACTS} contacts scroll at ${contacts} frames a second, ${ENTRIES} entries at ${entries}`);
    assert.ok(Math.min(contacts, entries) >= 50 / slowness());
  });
}
