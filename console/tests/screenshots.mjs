// Pictures of each view, light, dark and narrow, for docs/CONSOLE.md and README.

import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { playDay } from "./day.mjs";
import { Desk, openBrowser } from "./desk.mjs";
import { Stack } from "./stack.mjs";

const FOLDER = fileURLToPath(new URL("../../docs/console/", import.meta.url));
const ANN = "+15005550111";

const stack = await Stack.start();
const browser = await openBrowser();
try {
  mkdirSync(FOLDER, { recursive: true });
  const { conference } = await playDay(stack);
  const { items: calls } = await stack.ask("GET", "/api/calls?limit=50");
  const voicemail = calls.find(({ kind }) => kind === "voicemail").call_sid;

  const views = {
    inbox: [`#/contacts/${ANN}`, (page) => page.getByText("In the conference").last()],
    calls: [`#/calls/${voicemail}`, (page) => page.getByRole("img", { name: /The menu/ })],
    conferences: [`#/conferences/${conference}`, (page) => page.getByRole("region", { name: "Conference", exact: true }).getByText("Olivia Brandt")],
    overview: ["#/overview", (page) => page.getByRole("figure").first()],
    settings: ["#/settings", (page) => page.getByLabel("Greeting")],
  };
  const screens = {
    light: { colorScheme: "light", viewport: { width: 1180, height: 660 } },
    dark: { colorScheme: "dark", viewport: { width: 1180, height: 660 } },
    narrow: { colorScheme: "light", viewport: { width: 390, height: 780 } },
  };
  for (const [screen, options] of Object.entries(screens)) {
    const desk = await Desk.open(browser, stack, { email: "admin@example.com", ...options });
    for (const [view, [hash, sign]] of Object.entries(views)) {
      await desk.page.evaluate((hash) => (location.hash = hash), hash);
      // On narrow screens what stands aside is there, but not shown.
      await sign(desk.page).waitFor({ state: "attached" });
      await desk.page.getByRole("status", { name: /^Loading/ }).first().waitFor({ state: "hidden" });
      await desk.page.screenshot({ path: `${FOLDER}${view}-${screen}.png` });
    }
    await desk.page.evaluate(() => (location.hash = "#/contacts"));
    await desk.row("Ann Archer").waitFor();
    await desk.page.screenshot({ path: `${FOLDER}list-${screen}.png` });
    await desk.close();
  }
} finally {
  await browser.close();
  await stack.stop();
}
