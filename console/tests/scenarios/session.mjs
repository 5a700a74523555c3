// Signing in and out.

import assert from "node:assert/strict";
import { scenario } from "../office.mjs";

const refreshToken = (page) => page.evaluate(() => sessionStorage.getItem("refresh-token"));

export function play() {
  scenario("whoever signs out is signed out in all tabs, and their token is worth nothing", async (office) => {
    const desk = await office.desk();
    const other = await desk.context.newPage();
    await other.goto(office.stack.page);
    await other.getByRole("button", { name: "Sign in" }).click();
    await other.getByRole("button", { name: desk.email }).click();
    await other.getByRole("region", { name: "Inbox" }).waitFor();
    const tokens = [await refreshToken(desk.page), await refreshToken(other)];
    await desk.page.getByRole("button", { name: /You: Alex/ }).click();
    await desk.button("Sign out").click();
    for (const page of [desk.page, other]) {
      await page.getByRole("button", { name: "Sign in" }).waitFor();
      assert.equal(await refreshToken(page), null);
    }
    for (const refresh_token of tokens) {
      const body = new URLSearchParams({ grant_type: "refresh_token", client_id: "console", refresh_token });
      assert.equal((await fetch(`${office.stack.api}/oauth2/token`, { method: "POST", body })).status, 400);
    }
  });

  scenario("a reload signs nobody out, and the address is where one was", async (office) => {
    const desk = await office.desk();
    await desk.page.getByRole("link", { name: "Calls", exact: true }).click();
    await desk.page.reload();
    await desk.page.getByRole("region", { name: "Call history" }).or(desk.page.getByText("No call is like this.")).waitFor();
    assert.equal(new URL(desk.page.url()).hash, "#/calls");
    assert.equal(new URL(desk.page.url()).search, "");
  });

  scenario("a link from the owner's notice leads there through the sign-in", async (office) => {
    const customer = office.customer();
    await customer.texts("From the notice");
    const desk = await office.desk({ signIn: false });
    await desk.page.goto(`${office.stack.page}/#/contacts/${customer.number}`);
    await desk.signIn();
    await desk.entry("From the notice").waitFor();
  });

  scenario("a session that ends in the middle of typing loses nothing", async (office) => {
    const customer = office.customer();
    await customer.texts("Are you there?");
    const desk = await office.desk();
    await desk.openContact(customer.number);
    await desk.page.getByRole("textbox", { name: "Text message" }).fill("Yes, one moment");
    await desk.page.route("**/api/**", (route) => route.fulfill({ status: 401, json: { message: "Unauthorized" } }));
    await desk.page.route("**/oauth2/token", (route) => route.fulfill({ status: 400, json: { error: "invalid_grant" } }));
    await desk.button("Send text").click();
    await desk.page.getByText("Your session has ended. What you typed is kept.").waitFor();
    await desk.page.unrouteAll();
    await desk.page.getByRole("button", { name: "Sign in again" }).click();
    await desk.page.getByRole("button", { name: desk.email }).click();
    const field = desk.page.getByRole("textbox", { name: "Text message" });
    await field.waitFor();
    assert.equal(await field.inputValue(), "Yes, one moment");
    await desk.button("Send text").click();
    await desk.entry("Yes, one moment").getByText("Delivered").waitFor();
  });

  scenario("a sign-in that somebody else began is refused", async (office) => {
    const desk = await office.desk({ signIn: false });
    await desk.page.goto(`${office.stack.page}/?code=stolen&state=forged`);
    await desk.page.getByText("The sign-in was not completed.").waitFor();
    assert.equal(new URL(desk.page.url()).search, "");
  });

  scenario("an access token that has run out is renewed without a word", async (office) => {
    const desk = await office.desk();
    let refused = 0;
    await desk.page.route("**/api/conferences?**", (route) => {
      refused += 1;
      return refused === 1 ? route.fulfill({ status: 401, json: { message: "Unauthorized" } }) : route.continue();
    });
    await desk.page.getByRole("link", { name: "Conferences", exact: true }).click();
    await desk.page.getByRole("region", { name: "All conferences" }).or(desk.page.getByText("No conference has been held yet.")).waitFor();
    assert.ok(refused >= 2);
  });
}
