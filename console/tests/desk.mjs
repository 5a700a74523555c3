// Agents at the page, in a real browser.

import { chromium } from "playwright-core";
import { browserPath } from "../../simulator/page/tests/browser-path.mjs";

/** How long anything may take to show up, in milliseconds. */
const PATIENCE = 10_000;

export function openBrowser() {
  return chromium.launch({ executablePath: browserPath(), args: ["--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required"] });
}

/** An agent, signed in, with the page open in a browser of their own. */
export class Desk {
  static async open(browser, stack, { email = "agent@example.com", signIn = true, ...options } = {}) {
    const desk = new Desk();
    desk.stack = stack;
    desk.email = email;
    desk.context = await browser.newContext({ reducedMotion: "reduce", viewport: { width: 1360, height: 820 }, locale: "en-GB", ...options });
    desk.context.setDefaultTimeout(PATIENCE);
    desk.page = await desk.context.newPage();
    /** What the page said that it should not. */
    desk.problems = [];
    desk.page.on("pageerror", (error) => desk.problems.push(String(error)));
    // Refusals are the scenarios' own; what the policy forbids is not.
    const isRefusal = (text) => text.startsWith("Failed to load resource");
    desk.page.on("console", (message) => message.type() === "error" && !isRefusal(message.text()) && desk.problems.push(message.text()));
    await desk.page.goto(stack.page);
    if (signIn) await desk.signIn();
    return desk;
  }

  async signIn() {
    await this.page.getByRole("button", { name: "Sign in" }).click();
    await this.page.getByRole("button", { name: this.email }).click();
    await this.page.getByRole("region", { name: "Inbox" }).waitFor();
  }

  /** A conversation in the inbox, by what its row says. */
  row(words) {
    return this.page.getByRole("region", { name: "Conversations" }).getByRole("link").filter({ hasText: words });
  }

  /** Opens a contact by its address. */
  async openContact(number) {
    await this.page.evaluate((number) => (location.hash = `#/contacts/${number}`), number);
    await this.page.getByRole("textbox", { name: "Text message" }).waitFor();
  }

  get timeline() {
    return this.page.getByRole("region", { name: "Timeline" });
  }

  /** An entry of the open timeline, by its words. */
  entry(words) {
    return this.timeline.getByRole("article").filter({ hasText: words });
  }

  button(name) {
    return this.page.getByRole("button", { name, exact: true });
  }

  async texts(words) {
    await this.page.getByRole("textbox", { name: "Text message" }).fill(words);
    await this.button("Send text").click();
  }

  async close() {
    await this.page.unrouteAll({ behavior: "ignoreErrors" });
    await this.context.close();
  }
}
