// Texting: the help-desk story, odd texts, and nothing sent twice.

import assert from "node:assert/strict";
import { scenario } from "../office.mjs";
import { until } from "../stack.mjs";

const ODD = [
  "<script>window.ran = true</script><img src=x onerror='window.ran = true'>",
  "{@html '<b>bold</b>'} {{7*7}} ${7*7} &amp; \"quotes\" 'and' \\ backslash",
  "👩‍👩‍👧‍👦 🇩🇪 👍🏽 ✅",
  "مرحبا بالعالم (123) \u202eabc",
  "line one\n\n   line three",
];

export function play() {
  scenario("a customer asks to be called, is not reached, and is texted", async (office) => {
    const customer = office.customer();
    const desk = await office.desk();
    await customer.texts("please call me");
    const row = desk.row("please call me").filter({ hasText: customer.number });
    await row.click();
    await desk.entry("please call me").waitFor();
    await office.stack.phone("+15005550178").behaves("answer", [{ wait_for: "press" }, { press: "1" }]);
    await customer.behaves("no-answer");
    await desk.button("Call").click();
    await desk.page.getByText("Your phone rings: answer it and press a key.").waitFor();
    await desk.entry("Outgoing call: no answer").waitFor();
    await desk.texts("We could not reach you and will call again at three.");
    await desk.entry("will call again at three").getByText("Delivered").waitFor();
    const words = await desk.timeline.getByRole("article").allInnerTexts();
    assert.deepEqual(
      words.map((entry) => entry.split("\n")[0]),
      ["please call me", "Outgoing call: no answer", "We could not reach you and will call again at three."],
    );
    const texts = (await customer.look()).messages.filter(({ to }) => to === customer.number);
    assert.deepEqual(texts.map(({ body }) => body), ["We could not reach you and will call again at three."]);
  });

  scenario("texts, names and notes are shown as written and never run", async (office) => {
    const customer = office.customer();
    const words = [...ODD, "x".repeat(1_600)];
    for (const body of words) await customer.texts(body);
    await office.stack.ask("PUT", `/api/contacts/${customer.number}`, { name: ODD[0].slice(0, 100) });
    await office.stack.ask("POST", `/api/contacts/${customer.number}/entries`, { body: ODD[0] });
    const desk = await office.desk();
    await desk.openContact(customer.number);
    for (const body of words) {
      const shown = desk.timeline.locator(".words").filter({ hasText: body.split("\n")[0].slice(0, 60) }).first();
      await shown.scrollIntoViewIfNeeded();
      assert.equal(await shown.textContent(), body);
    }
    await desk.page.getByRole("heading", { level: 1, name: ODD[0].slice(0, 40) }).waitFor();
    assert.equal(await desk.page.evaluate(() => window.ran), undefined);
    assert.equal(await desk.page.locator("main img, main script, main b").count(), 0);
    assert.ok(await desk.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  });

  scenario("the policy allows nothing that is unsafe or inline", async (office) => {
    const response = await fetch(office.stack.page);
    const policy = response.headers.get("content-security-policy");
    assert.match(policy, /default-src 'none'/);
    assert.doesNotMatch(policy, /unsafe-|\*|data:/);
    assert.doesNotMatch(await response.text(), / style=|<style|<script(?![^>]* src=)/);
  });

  scenario("an answer that is lost and an impatient hand make one text", async (office) => {
    const customer = office.customer();
    await customer.texts("Anybody there?");
    const desk = await office.desk();
    await desk.openContact(customer.number);
    const keys = [];
    await desk.page.route("**/api/messages", async (route) => {
      keys.push(route.request().headers()["idempotency-key"]);
      if (keys.length > 1) return route.continue();
      await route.fetch();
      return route.abort();
    });
    await desk.page.getByRole("textbox", { name: "Text message" }).fill("We are.");
    await desk.button("Send text").dblclick();
    await desk.page.getByText("Sending it again is safe: it goes out once.").waitFor();
    assert.equal(await desk.page.getByRole("textbox", { name: "Text message" }).inputValue(), "We are.");
    await desk.button("Send text").click();
    await desk.entry("We are.").getByText("Delivered").waitFor();
    assert.equal(keys.length, 2);
    assert.equal(keys[0], keys[1]);
    const { messages } = await customer.look();
    assert.equal(messages.filter(({ body }) => body === "We are.").length, 1);
  });

  scenario("a text that is not delivered says why", async (office) => {
    const customer = office.customer();
    await customer.texts("Hello");
    await office.stack.control("PUT", `${customer.path}/behavior`, { on_call: "ring", on_message: "unreachable" });
    const desk = await office.desk();
    await desk.openContact(customer.number);
    await desk.texts("Good morning");
    const entry = desk.entry("Good morning");
    await entry.getByText("Not delivered").waitFor();
    await entry.locator(".why").waitFor();
  });

  scenario("who replied STOP is sent nothing, and the page says so", async (office) => {
    const customer = office.customer();
    await customer.texts("STOP");
    await until("the contact", () => office.stack.ask("GET", `/api/contacts/${customer.number}`).catch(() => undefined));
    const desk = await office.desk();
    await desk.openContact(customer.number);
    await desk.page.getByText("This contact replied STOP.").waitFor();
    assert.ok(await desk.page.getByRole("textbox", { name: "Text message" }).isDisabled());
  });

  scenario("pictures that were received are shown, and pictures are sent by their address", async (office) => {
    const customer = office.customer();
    await customer.texts("My router", { media: [{}] });
    const desk = await office.desk();
    await desk.openContact(customer.number);
    const picture = desk.entry("My router").getByRole("img");
    await picture.waitFor();
    assert.ok(await picture.evaluate((image) => image.decode().then(() => image.naturalWidth)));
    await desk.button("Picture or file").click();
    await desk.page.getByLabel("https address of a picture or file").fill("https://example.com/plan.png");
    await desk.button("Attach").click();
    await desk.texts("The plan");
    await desk.entry("The plan").waitFor();
  });

  scenario("a draft outlives a reload and a change of contact", async (office) => {
    const [one, other] = [office.customer(), office.customer()];
    for (const customer of [one, other]) await customer.texts(`I am ${customer.number}`);
    const desk = await office.desk();
    await desk.openContact(one.number);
    await desk.page.getByRole("textbox", { name: "Text message" }).fill("Half a sent");
    await desk.openContact(other.number);
    await desk.row(one.number).getByText("Draft: Half a sent").waitFor();
    await desk.page.reload();
    await desk.openContact(one.number);
    assert.equal(await desk.page.getByRole("textbox", { name: "Text message" }).inputValue(), "Half a sent");
  });

  scenario("the composer counts segments as Twilio does", async (office) => {
    const desk = await office.desk();
    const customer = office.customer();
    await office.stack.ask("PUT", `/api/contacts/${customer.number}`, {});
    await desk.openContact(customer.number);
    const field = desk.page.getByRole("textbox", { name: "Text message" });
    for (const [text, count] of [
      ["a".repeat(160), "1 segment, 0 left (GSM-7)"],
      ["a".repeat(161), "2 segments, 145 left (GSM-7)"],
      ["€".repeat(80), "1 segment, 0 left (GSM-7)"],
      ["ж".repeat(71), "2 segments, 63 left (UCS-2)"],
      [`${"a".repeat(65)}👍🏽${"a".repeat(65)}`, "3 segments, 65 left (UCS-2)"],
    ]) {
      await field.fill(text);
      await desk.page.getByText(count).waitFor();
    }
  });
}
