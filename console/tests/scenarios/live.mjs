// What others do shows within two seconds, and nothing is missed.

import assert from "node:assert/strict";
import { scenario, slowness } from "../office.mjs";
import { until } from "../stack.mjs";

/** How soon a change has to show on an idle machine, in milliseconds. */
const SOON = 2_000;

/** Does something, and measures how long it takes to show. */
async function shows(what, act, sign) {
  await act();
  const begin = performance.now();
  await sign();
  const took = performance.now() - begin;
  assert.ok(took < SOON * slowness(), `${what} took ${Math.round(took)} ms`);
}

/** Two agents who look at the same customer. */
async function twoDesks(office) {
  const customer = office.customer();
  await customer.texts(`I am ${customer.number}`);
  const [one, other] = await Promise.all([office.desk(), office.desk({ email: "admin@example.com" })]);
  for (const desk of [one, other]) {
    await desk.openContact(customer.number);
    await desk.entry(`I am ${customer.number}`).waitFor();
  }
  const details = other.page.getByRole("region", { name: "Contact", exact: true });
  return { customer, one, other, details };
}

export function play() {
  scenario("two agents see each other's texts, notes and changes of the contact", async (office) => {
    const { customer, one, other, details } = await twoDesks(office);
    await shows("a text and its delivery", () => one.texts("Hello from Alex"), () => other.entry("Hello from Alex").getByText("Delivered").waitFor());
    await one.button("Note").click();
    await one.page.getByRole("textbox", { name: "Note" }).fill("A note from Alex");
    await shows("a note", () => one.button("Save note").click(), () => other.entry("A note from Alex").getByText("Alex").first().waitFor());
    await shows("an assignment", () => one.page.getByLabel("Assigned to").selectOption({ label: "Me (Alex)" }), () => other.row("Alex").filter({ hasText: customer.number }).waitFor());
    await one.page.getByRole("button", { name: "Rename" }).click();
    await one.page.getByLabel("Name", { exact: true }).fill(`Nora ${customer.number}`);
    await shows("a name", () => one.button("Save").click(), () => details.getByText(`Nora ${customer.number}`).waitFor());
    await one.page.getByRole("region", { name: "Contact", exact: true }).getByText("More").click();
    await shows("a block", () => one.button("Block calls and texts").click(), () => details.getByText("Blocked: calls and texts are refused.").waitFor());
    await one.button("Unblock this contact").click();
    await shows("a conversation that is done", () => one.button("Mark done").click(), () => other.button("Open again").waitFor());
    await details.getByText("More").click();
    await details.getByRole("button", { name: "Erase this contact…" }).click();
    await one.button("Done").click();
    await one.row(customer.number).waitFor();
    await shows("an erasure", () => other.button("Erase for good").click(), () => one.row(customer.number).waitFor({ state: "detached" }));
  });

  scenario("a customer's text and call show at both agents, and reading it does too", async (office) => {
    const { customer, one, other } = await twoDesks(office);
    const elsewhere = office.customer();
    const row = (desk) => desk.row(elsewhere.number);
    await shows("a stranger's text", () => elsewhere.texts("I am new here"), () => Promise.all([one, other].map((desk) => row(desk).getByText("I am new here").waitFor())));
    await row(other).getByText("Unread: 1").waitFor();
    await shows("a read mark", () => row(one).click(), () => row(other).getByText("Unread: 1").waitFor({ state: "detached" }));
    let sid;
    const calls = (desk) => desk.page.getByRole("region", { name: "Calls now" }).getByRole("link", { name: customer.number });
    await shows("a call", async () => (sid = await customer.lingers()), () => Promise.all([one, other].map((desk) => calls(desk).waitFor())));
    await shows("its end", () => office.stack.control("POST", `calls/${sid}/hang-up`), () => Promise.all([one, other].map((desk) => calls(desk).waitFor({ state: "detached" }))));
    await other.entry("call").first().waitFor();
  });

  scenario("a voicemail comes, and is heard at both agents", async (office) => {
    const { customer, one, other } = await twoDesks(office);
    await customer.calls({ wait_for: "Press 1" }, { press: "2" }, { wait_for: "beep" }, { speak: { seconds: 2 } }, { hang_up: true });
    await other.entry("Voicemail").getByText("New").waitFor();
    await one.entry("Voicemail").getByRole("button", { name: "Play" }).click();
    const audio = one.timeline.locator("audio");
    await one.page.waitForFunction((audio) => audio.ended, await audio.elementHandle());
    await shows("that it was heard", () => undefined, () => other.entry("Voicemail").getByText("New").waitFor({ state: "detached" }));
  });

  scenario("availability, settings and a conference show at the other agent", async (office) => {
    const [one, other] = await Promise.all([office.desk({ email: "admin@example.com" }), office.desk({ email: "admin@example.com" })]);
    await other.page.getByRole("link", { name: "Settings" }).click();
    await other.page.getByLabel("Greeting").waitFor();
    const own = one.page.getByRole("button", { name: /You: Andrea/ });
    await own.click();
    const switchOf = one.page.getByLabel("Connect callers as soon as I answer");
    await shows("auto-accept", () => switchOf.uncheck(), async () => {
      await other.page.getByRole("button", { name: /You: Andrea/ }).click();
      await other.page.locator("label", { hasText: "Connect callers" }).locator("input:not(:checked)").waitFor();
    });
    await switchOf.check();
    const settings = await office.stack.ask("GET", "/api/settings");
    const voice = other.page.getByRole("textbox", { name: "Voice" });
    await shows("a setting", () => office.stack.ask("PUT", "/api/settings", { voice: "Polly.Matthew" }), async () => {
      const field = await voice.elementHandle();
      await other.page.waitForFunction((field) => field.value === "Polly.Matthew", field);
    });
    await office.stack.ask("PUT", "/api/settings", { voice: settings.voice });
    await other.page.getByRole("link", { name: "Conferences", exact: true }).click();
    await other.page.getByRole("heading", { name: "New conference" }).waitFor();
    const phone = office.customer();
    const conference = await office.stack.ask("POST", "/api/conferences", { subject: phone.number, participants: [{ phone_number: phone.number, join: "dial_in" }] });
    const row = other.page.getByRole("region", { name: "All conferences" }).getByRole("link").filter({ hasText: phone.number });
    await shows("a conference", () => undefined, () => row.waitFor());
    await row.click();
    await shows("its end", () => office.stack.ask("DELETE", `/api/conferences/${conference.id}`), () => other.page.getByText("Ended by an agent").first().waitFor());
  });

  scenario("after the network was cut nothing is missing", async (office) => {
    const customer = office.customer();
    await customer.texts("Before the cut");
    const desk = await office.desk();
    await desk.openContact(customer.number);
    await desk.context.setOffline(true);
    await desk.page.getByText("The connection is interrupted.").waitFor();
    await desk.page.getByRole("textbox", { name: "Text message" }).fill("Typed in the dark");
    for (const words of ["First while cut", "Second while cut"]) await customer.texts(words);
    const stranger = office.customer();
    await stranger.texts("A stranger while cut");
    await desk.context.setOffline(false);
    for (const words of ["First while cut", "Second while cut"]) await desk.entry(words).waitFor();
    await desk.row(stranger.number).waitFor();
    await desk.page.getByText("The connection is interrupted.").waitFor({ state: "detached" });
    assert.equal(await desk.page.getByRole("textbox", { name: "Text message" }).inputValue(), "Typed in the dark");
  });

  scenario("whoever looks elsewhere is notified, and the title counts", async (office) => {
    const customer = office.customer();
    const desk = await office.desk();
    await desk.page.addInitScript(() => {
      window.shown = [];
      document.hasFocus = () => false;
      window.Notification = class {
        static permission = "granted";
        constructor(title, { body }) {
          window.shown.push(`${title}: ${body}`);
        }
      };
    });
    await desk.page.reload();
    await desk.page.getByRole("region", { name: "Conversations" }).waitFor();
    await customer.texts("Anybody?");
    await until("a notification", () => desk.page.evaluate(() => window.shown.length));
    assert.deepEqual(await desk.page.evaluate(() => window.shown), [`${customer.number}: Anybody?`]);
    assert.match(await desk.page.title(), /^\(\d+\) Switchboard$/);
  });

  scenario("a hidden page asks nothing, and catches up when it is shown", async (office) => {
    const customer = office.customer();
    await customer.texts("Hello");
    const desk = await office.desk();
    await desk.openContact(customer.number);
    const hide = (hidden) =>
      desk.page.evaluate((hidden) => {
        Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
        document.dispatchEvent(new Event("visibilitychange"));
      }, hidden);
    await hide(true);
    await desk.page.waitForTimeout(1_500);
    let asked = 0;
    desk.page.on("request", (request) => request.url().includes("/api/live") && (asked += 1));
    await customer.texts("While hidden");
    await desk.page.waitForTimeout(2_500);
    assert.equal(asked, 0);
    await hide(false);
    await desk.entry("While hidden").waitFor();
  });
}
