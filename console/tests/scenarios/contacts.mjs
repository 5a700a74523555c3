// Contacts: found, begun, named, assigned, done, blocked and erased.

import assert from "node:assert/strict";
import { scenario } from "../office.mjs";
import { until } from "../stack.mjs";

export function play() {
  scenario("a text is begun from a bare number as people type it", async (office) => {
    const customer = office.customer();
    const typed = `(500) ${customer.number.slice(5, 8)}-${customer.number.slice(8)}`;
    const desk = await office.desk();
    await desk.page.getByLabel("Search contacts").fill(typed);
    await desk.page.getByRole("button", { name: `Text or call ${typed}` }).click();
    const dialog = desk.page.getByRole("dialog", { name: "New conversation" });
    assert.equal(await dialog.getByLabel("Phone number").inputValue(), typed);
    await dialog.getByLabel("Name").fill("Nova Novak");
    await dialog.getByLabel("Text", { exact: true }).fill("Welcome!");
    await dialog.getByRole("button", { name: "Send text" }).click();
    await desk.page.getByRole("heading", { level: 1, name: "Nova Novak" }).waitFor();
    await desk.entry("Welcome!").getByText("Delivered").waitFor();
  });

  scenario("a contact is added, named, assigned, blocked and gets another number", async (office) => {
    const customer = office.customer();
    const second = office.customer().number;
    const desk = await office.desk();
    await desk.button("New conversation").click();
    const dialog = desk.page.getByRole("dialog", { name: "New conversation" });
    await dialog.getByLabel("Phone number").fill(customer.number);
    await dialog.getByRole("button", { name: "Save contact" }).click();
    const contact = desk.page.getByRole("region", { name: "Contact", exact: true });
    await contact.getByRole("button", { name: "Rename" }).click();
    await contact.getByLabel("Name").fill("Ørsted & Søn");
    await contact.getByRole("button", { name: "Save" }).click();
    await desk.page.getByRole("heading", { level: 1, name: "Ørsted & Søn" }).waitFor();
    await contact.getByLabel("Assigned to").selectOption({ label: "Me (Alex)" });
    await desk.button("Mine").click();
    await desk.row("Ørsted & Søn").waitFor();
    await contact.getByText("More").click();
    await contact.getByLabel("Another number").fill(second);
    await contact.getByRole("button", { name: "Add" }).click();
    await contact.getByText(second).waitFor();
    await contact.getByRole("button", { name: `Remove ${second}` }).click();
    await contact.getByText(second).waitFor({ state: "detached" });
    await contact.getByRole("button", { name: "Block calls and texts" }).click();
    await contact.getByText("Blocked: calls and texts are refused.").waitFor();
    const stored = await office.stack.ask("GET", `/api/contacts/${customer.number}`);
    assert.deepEqual([stored.assignee, stored.blocked, stored.numbers], ["agent@example.com", true, [customer.number]]);
  });

  scenario("a conversation is done, found under done, and opened again", async (office) => {
    const customer = office.customer();
    await customer.texts("Thanks, all good");
    const desk = await office.desk();
    await desk.row(customer.number).click();
    await desk.button("Mark done").click();
    await desk.row(customer.number).waitFor({ state: "detached" });
    await desk.button("Done").click();
    await desk.row(customer.number).waitFor();
    await desk.button("Open again").click();
    await desk.row(customer.number).waitFor({ state: "detached" });
  });

  scenario("reading a conversation marks it as read", async (office) => {
    const customer = office.customer();
    await customer.texts("Unread so far");
    const desk = await office.desk();
    await desk.row(customer.number).getByText("Unread: 1").waitFor();
    await until("a title with a count", async () => /^\(\d+\) /.test(await desk.page.title()));
    await desk.row(customer.number).click();
    await desk.row(customer.number).getByText("Unread: 1").waitFor({ state: "detached" });
    assert.equal((await office.stack.ask("GET", `/api/contacts/${customer.number}`)).unread, 0);
  });

  scenario("an administrator erases a contact", async (office) => {
    const customer = office.customer();
    await customer.texts("Forget me");
    const desk = await office.desk({ email: "admin@example.com" });
    await desk.row(customer.number).click();
    const contact = desk.page.getByRole("region", { name: "Contact", exact: true });
    await contact.getByText("More").click();
    await contact.getByRole("button", { name: "Erase this contact…" }).click();
    await desk.button("Erase for good").click();
    await desk.row(customer.number).waitFor({ state: "detached" });
    await assert.rejects(office.stack.ask("GET", `/api/contacts/${customer.number}`), /404/);
  });

  scenario("a note says who wrote it", async (office) => {
    const customer = office.customer();
    await customer.texts("Hello");
    const desk = await office.desk();
    await desk.openContact(customer.number);
    await desk.button("Note").click();
    await desk.page.getByRole("textbox", { name: "Note" }).fill("Speaks Danish");
    await desk.button("Save note").click();
    await desk.entry("Speaks Danish").getByText("You").waitFor();
  });

  scenario("everything is done with the keyboard", async (office) => {
    const customer = office.customer();
    await customer.texts("Keys only");
    const desk = await office.desk();
    await desk.row(customer.number).waitFor();
    await desk.page.keyboard.press("?");
    await desk.page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
    await desk.page.keyboard.press("Escape");
    await desk.page.keyboard.press("/");
    await desk.page.keyboard.type(customer.number);
    await until("what was found", async () => (await desk.row("").count()) === 1);
    await desk.page.keyboard.press("Enter");
    await desk.entry("Keys only").waitFor();
    await desk.page.keyboard.press("a");
    await until("the assignment", async () => (await office.stack.ask("GET", `/api/contacts/${customer.number}`)).assignee);
    await desk.page.keyboard.press("n");
    await desk.page.keyboard.type("Noted");
    await desk.page.keyboard.press("Control+Enter");
    await desk.entry("Noted").waitFor();
    await desk.page.keyboard.press("Escape");
    await desk.page.keyboard.press("r");
    await desk.page.keyboard.type("Answered");
    await desk.page.keyboard.press("Control+Enter");
    await desk.entry("Answered").waitFor();
    await desk.page.keyboard.press("Escape");
    await desk.page.keyboard.press("k");
    await desk.page.keyboard.press("g");
    await desk.page.keyboard.press("c");
    await desk.page.getByRole("region", { name: "Call history" }).waitFor();
  });
}
