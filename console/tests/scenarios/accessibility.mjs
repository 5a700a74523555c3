// axe finds nothing to complain about, on any view, light and dark, wide and narrow.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { scenario } from "../office.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Runs axe as the browser's own, because the page's policy lets no script in. */
async function violations(page) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
}

const VIEWS = {
  "the inbox": ["#/contacts", (page) => page.getByRole("region", { name: "Conversations" })],
  "a conversation": ["#/contacts/+15005550111", (page) => page.getByText("Please call me").last()],
  calls: ["#/calls", (page) => page.getByRole("region", { name: "Calls" })],
  conferences: ["#/conferences", (page) => page.getByRole("heading", { name: "New conference" })],
  overview: ["#/overview", (page) => page.getByRole("figure").first()],
  settings: ["#/settings", (page) => page.getByLabel("Greeting")],
};

export function play() {
  const screens = { light: { width: 1360, height: 820 }, dark: { width: 1360, height: 820 }, narrow: { width: 360, height: 740 } };
  for (const [screen, viewport] of Object.entries(screens)) {
    scenario(`axe finds no violation: ${screen}`, async (office) => {
      const colorScheme = screen === "dark" ? "dark" : "light";
      const desk = await office.desk({ email: "admin@example.com", signIn: false, viewport, colorScheme });
      await desk.page.getByRole("button", { name: "Sign in" }).waitFor();
      const found = { "signing in": await violations(desk.page) };
      await desk.signIn();
      for (const [view, [hash, sign]] of Object.entries(VIEWS)) {
        await desk.page.evaluate((hash) => (location.hash = hash), hash);
        await sign(desk.page).waitFor();
        found[view] = await violations(desk.page);
        assert.ok(await desk.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${view} is too wide`);
      }
      await desk.page.getByRole("button", { name: /You: Andrea/ }).click();
      found["one's own menu"] = await violations(desk.page);
      await desk.page.keyboard.press("Escape");
      await desk.page.evaluate(() => document.activeElement.blur());
      await desk.page.keyboard.press("?");
      await desk.page.getByRole("dialog").waitFor();
      found["the shortcuts"] = await violations(desk.page);
      assert.deepEqual(Object.fromEntries(Object.entries(found).filter(([, list]) => list.length)), {});
    });
  }
}
