// Settings and agents, as an administrator changes them.

import assert from "node:assert/strict";
import { scenario } from "../office.mjs";

export function play() {
  scenario("an administrator changes what callers hear and when the office is open", async (office) => {
    const before = await office.stack.ask("GET", "/api/settings");
    const desk = await office.desk({ email: "admin@example.com" });
    await desk.page.getByRole("link", { name: "Settings" }).click();
    await desk.page.getByLabel("Greeting").fill("Good day.");
    await desk.page.getByLabel("The office has opening hours").check();
    await desk.page.getByLabel("Monday").fill("mornings");
    await desk.button("Save settings").click();
    await desk.page.getByRole("alert").getByText("The hours of monday are not clear.").waitFor();
    for (const day of ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]) {
      await desk.page.getByLabel(day).fill("00:00-24:00");
    }
    await desk.button("Save settings").click();
    await desk.page.getByText("Saved.").waitFor();
    const after = await office.stack.ask("GET", "/api/settings");
    assert.equal(after.greeting, "Good day.");
    assert.deepEqual(after.opening_hours.monday, [{ from: "00:00", to: "24:00" }]);
    assert.equal(after.voice, before.voice);
    await desk.page.getByLabel("Greeting").fill(before.greeting);
    await desk.page.getByLabel("The office has opening hours").uncheck();
    await desk.button("Save settings").click();
    await desk.page.getByText("Saved.").waitFor();
    assert.deepEqual(await office.stack.ask("GET", "/api/settings"), before);
  });

  scenario("an administrator adds an agent, changes and removes them", async (office) => {
    const desk = await office.desk({ email: "admin@example.com" });
    await desk.page.getByRole("link", { name: "Settings" }).click();
    await desk.button("Add agent").click();
    await desk.page.getByLabel("E-mail, to sign in with").fill("kim@example.com");
    const form = desk.page.getByRole("region", { name: "Agents" });
    await form.getByLabel("Name").fill("Kim");
    await form.getByLabel("Phone").fill("+15005550180");
    await desk.button("Save agent").click();
    await desk.page.getByText("kim@example.com").waitFor();
    await desk.button("Change Kim").click();
    await form.getByLabel("Name").fill("Kim Larsen");
    await desk.button("Save agent").click();
    await desk.button("Remove Kim Larsen").click();
    await desk.button("Remove agent").click();
    await desk.page.getByText("kim@example.com").waitFor({ state: "detached" });
  });

  scenario("settings are for administrators", async (office) => {
    const desk = await office.desk();
    await desk.page.getByRole("button", { name: /You: Alex/ }).waitFor();
    assert.equal(await desk.page.getByRole("link", { name: "Settings" }).count(), 0);
    await desk.page.evaluate(() => (location.hash = "#/settings"));
    await desk.page.getByRole("alert").first().waitFor();
  });
}
