// Refusals, slow answers and broken connections: nothing typed is lost.

import assert from "node:assert/strict";
import { scenario } from "../office.mjs";
import { until } from "../stack.mjs";

/** Each refusal that the OpenAPI document names, and what the page says of it. */
const REFUSALS = [
  [400, { detail: "the body is not JSON" }, "The body is not JSON."],
  [401, undefined, "Your session has ended."],
  [403, undefined, "Your account may not do this. Ask an administrator."],
  [404, undefined, "This is not there any more, or the server does not offer it yet."],
  [409, { detail: "another request with this key is under way", retry_after_seconds: 5 }, "Another request with this key is under way. Try again in 5 seconds."],
  [413, undefined, "This is too long for the server. Shorten it and try again."],
  [415, { detail: "send application/json" }, "Send application/json."],
  [422, { detail: "texts to this country are not allowed", field: "to" }, "Texts to this country are not allowed."],
  [429, { message: "Too Many Requests" }, "Too many requests at the moment."],
  [500, { message: "Internal Server Error" }, "The server failed."],
  [503, { message: "Service Unavailable" }, "The server is busy."],
];

async function deskWith(office, words) {
  const customer = office.customer();
  await customer.texts("Hello");
  const desk = await office.desk();
  await desk.openContact(customer.number);
  await desk.page.getByRole("textbox", { name: "Text message" }).fill(words);
  return desk;
}

export function play() {
  scenario("every refusal is a sentence, and the words stay", async (office) => {
    const desk = await deskWith(office, "Kept");
    let answer;
    await desk.page.route("**/api/messages", (route) => route.fulfill(answer));
    for (const [status, json = {}, sentence] of REFUSALS) {
      answer = { status, json };
      await desk.button("Send text").click();
      await desk.page.getByRole("alert").filter({ hasText: sentence }).first().waitFor();
      assert.equal(await desk.page.getByRole("textbox", { name: "Text message" }).inputValue(), "Kept");
    }
  });

  scenario("an answer that takes ten seconds is waited for", async (office) => {
    const desk = await deskWith(office, "Slowly");
    await desk.page.clock.install();
    let go;
    const held = new Promise((resolve) => (go = resolve));
    await desk.page.route("**/api/messages", (route) => held.then(() => route.continue()));
    await desk.button("Send text").click();
    await desk.button("Sending…").waitFor();
    await desk.page.clock.fastForward(10_000);
    assert.ok(await desk.button("Sending…").isDisabled());
    assert.equal(await desk.page.getByRole("textbox", { name: "Text message" }).inputValue(), "Slowly");
    go();
    await desk.entry("Slowly").waitFor();
    await until("an empty field", async () => (await desk.page.getByRole("textbox", { name: "Text message" }).inputValue()) === "");
  });

  scenario("a view that cannot be loaded says what to do", async (office) => {
    const desk = await office.desk();
    await desk.page.route("**/api/calls?**", (route) => route.fulfill({ status: 500, json: {} }));
    await desk.page.getByRole("link", { name: "Calls", exact: true }).click();
    await desk.page.getByRole("alert").getByText("The server failed.").waitFor();
    await desk.page.unrouteAll();
    await desk.page.getByRole("alert").getByRole("button", { name: "Try again" }).click();
    await desk.page.getByRole("region", { name: "Call history" }).or(desk.page.getByText("No call is like this.")).waitFor();
  });

  scenario("a contact that is not there says so", async (office) => {
    const desk = await office.desk();
    await desk.page.evaluate(() => (location.hash = "#/contacts/+15005559999"));
    await desk.page.getByRole("alert").getByText("There is no contact with this number.").first().waitFor();
  });
}
