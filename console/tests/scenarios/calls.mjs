// Calls: voicemails, the queue, the history, what is going on now.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { scenario } from "../office.mjs";
import { until } from "../stack.mjs";

const VOICEMAIL = [{ wait_for: "Press 1" }, { press: "2" }, { wait_for: "beep" }, { speak: { seconds: 3 } }, { hang_up: true }];

export function play() {
  scenario("a voicemail is heard as it was spoken", async (office) => {
    const customer = office.customer();
    await customer.calls(...VOICEMAIL);
    const entries = () => office.stack.ask("GET", `/api/contacts/${customer.number}/entries`).catch(() => ({ items: [] }));
    const voicemail = await until("the voicemail", async () => (await entries()).items.find((entry) => entry.recording_url));
    const desk = await office.desk();
    await desk.openContact(customer.number);
    await desk.entry("Voicemail").getByText("New").waitFor();
    await desk.entry("Voicemail").getByRole("button", { name: "Play" }).click();
    const audio = desk.timeline.locator("audio");
    await desk.page.waitForFunction((audio) => audio.ended, await audio.elementHandle());
    assert.equal(Math.round(await audio.evaluate(({ duration }) => duration)), 3);
    const heard = await (await fetch(await audio.evaluate(({ currentSrc }) => currentSrc))).arrayBuffer();
    const recording = `${office.stack.simulator}/simulator/recordings/${voicemail.recording_sid}.wav`;
    const spoken = await (await fetch(recording)).arrayBuffer();
    assert.ok(Buffer.from(heard).equals(Buffer.from(spoken)));
    await desk.entry("Voicemail").getByText("New").waitFor({ state: "detached" });
    assert.equal((await entries()).items[0].heard, true);
  });

  scenario("a caller waits in the queue until an agent is available, and is taken", async (office) => {
    const customer = office.customer();
    const desk = await office.desk();
    await office.stack.ask("PUT", "/api/agent", { name: "You", phone_number: "+15005550177", available: false });
    await office.stack.phone("+15005550178").behaves("answer", [{ wait_ms: 400_000 }]);
    await customer.texts("I call in a minute");
    await desk.openContact(customer.number);
    const sid = await customer.calls({ wait_for: "Press 1" }, { press: "4" }, { wait_for: "For support" }, { press: "2" }, { wait_ms: 400_000 }, { hang_up: true });
    const waiting = desk.page.getByRole("region", { name: "Waiting callers" }).getByRole("link", { name: customer.number });
    await waiting.waitFor();
    await desk.page.getByRole("button", { name: /You: Alex/ }).click();
    await desk.page.getByLabel("I take calls from the queues").check();
    await desk.page.getByRole("button", { name: /Available/ }).waitFor();
    await until("the talk", async () => (await office.stack.ask("GET", `/api/calls/${sid}`)).queue_visits[0]?.status === "talking");
    await waiting.waitFor({ state: "detached" });
    await desk.entry("answered by Alex").waitFor();
    await office.stack.ask("PUT", "/api/agent", { name: "You", phone_number: "+15005550177", available: true });
  });

  scenario("the history is filtered and exported, and a call shows its way through the menu", async (office) => {
    const customer = office.customer();
    const sid = await customer.calls(...VOICEMAIL);
    await until("the call to end", async () => (await office.stack.ask("GET", `/api/calls/${sid}`).catch(() => ({}))).ended_at);
    const desk = await office.desk();
    await desk.page.getByRole("link", { name: "Calls", exact: true }).click();
    await desk.page.getByLabel("From the number").fill(customer.number);
    await desk.page.keyboard.press("Enter");
    await desk.page.getByLabel("Outcome").selectOption("Voicemail");
    const rows = desk.page.getByRole("region", { name: "Call history" }).getByRole("link");
    await until("one row", async () => (await rows.count()) === 1);
    const [download] = await Promise.all([desk.page.waitForEvent("download"), desk.button("Export CSV").click()]);
    const csv = await readFile(await download.path(), "utf8");
    assert.equal(csv.trim().split("\n").length, 2);
    assert.ok(csv.includes(sid));
    await rows.click();
    await desk.page.getByText("pressed 2").waitFor();
    const picture = desk.page.getByRole("img", { name: /The menu/ });
    const lit = await picture.locator(".node.lit text").allTextContents();
    assert.deepEqual(lit.toSorted(), ["Trigger", "config", "main choice", "main menu", "office hours", "voicemail", "voicemail greeting"].toSorted());
  });

  scenario("the overview counts what came in", async (office) => {
    const customer = office.customer();
    const desk = await office.desk();
    const received = async () => {
      await desk.page.getByRole("link", { name: "Inbox" }).click();
      await desk.page.getByRole("link", { name: "Overview" }).click();
      const tile = desk.page.locator("main dl > div").filter({ hasText: "Texts received" }).locator("dd");
      return Number(await tile.textContent());
    };
    const before = await received();
    await customer.texts("Count me");
    await until("one text more", async () => (await received()) > before);
    assert.equal(await desk.page.getByRole("figure").filter({ hasText: "Calls by hour" }).locator("canvas").count(), 1);
    await desk.page.getByText("As a table").first().click();
    await desk.page.getByRole("columnheader", { name: "Missed calls" }).first().waitFor();
  });

  scenario("a call that goes on is in the panel, and leaves it", async (office) => {
    const customer = office.customer();
    const sid = await customer.lingers();
    const desk = await office.desk();
    const now = desk.page.getByRole("region", { name: "Calls now" }).getByRole("link", { name: customer.number });
    await now.waitFor();
    await office.stack.control("POST", `calls/${sid}/hang-up`);
    await now.waitFor({ state: "detached" });
  });
}
