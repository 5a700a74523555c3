// Conferences: held, watched and run from the page.

import { scenario } from "../office.mjs";

const JOINS = [{ wait_for: "press" }, { press: "1" }, { wait_ms: 600_000 }];

export function play() {
  scenario("a conference is created, watched and ended", async (office) => {
    const [one, other, late] = [office.customer(), office.customer(), office.customer()];
    for (const phone of [one, other, late]) await phone.behaves("answer", JOINS);
    const desk = await office.desk();
    await desk.page.getByRole("link", { name: "Conferences", exact: true }).click();
    await desk.page.getByLabel("Subject").fill("The new <b>line</b>");
    await desk.page.getByLabel("Minutes").fill("20");
    for (const [index, phone] of [one, other].entries()) {
      await desk.page.getByLabel("Number").nth(index).fill(phone.number);
      await desk.page.getByLabel("Name").nth(index).fill(`Person ${index}`);
      await desk.page.getByLabel("How they get in").nth(index).selectOption("Is called");
    }
    await desk.button("Hold conference").click();
    const room = desk.page.getByRole("region", { name: "Conference", exact: true });
    await room.getByRole("heading", { name: "The new <b>line</b>" }).waitFor();
    const row = (name) => room.getByRole("listitem").filter({ hasText: name });
    for (const name of ["Person 0", "Person 1"]) await row(name).getByText("In the conference").waitFor();
    await room.getByText(/(20:00|19:[0-5][0-9])$/).waitFor();

    await row("Person 0").getByRole("button", { name: "Mute" }).click();
    await row("Person 0").getByText("muted").waitFor();
    await row("Person 0").getByRole("button", { name: "Unmute" }).click();
    await row("Person 1").getByRole("button", { name: "Hold" }).click();
    await row("Person 1").getByText("on hold").waitFor();
    await row("Person 1").getByRole("button", { name: "Take off hold" }).click();

    await room.getByRole("button", { name: "Invite" }).click();
    await room.getByLabel("Number").fill(late.number);
    await room.getByRole("button", { name: "Send invitation" }).click();
    await row(late.number).getByText("In the conference").waitFor();
    await row(late.number).getByRole("button", { name: "Remove" }).click();
    await row(late.number).getByText("Left").waitFor();

    await room.getByRole("button", { name: "End…" }).click();
    await room.getByRole("button", { name: "End conference" }).click();
    await room.getByText("Ended by an agent").waitFor();
  });

  scenario("who was not reached is shown with the reason", async (office) => {
    const busy = office.customer();
    await busy.behaves("busy");
    const desk = await office.desk();
    await desk.page.getByRole("link", { name: "Conferences", exact: true }).click();
    await desk.page.getByLabel("Number").first().fill(busy.number);
    await desk.page.getByLabel("How they get in").first().selectOption("Is called");
    await desk.button("Hold conference").click();
    const room = desk.page.getByRole("region", { name: "Conference", exact: true });
    await room.getByRole("listitem").filter({ hasText: busy.number }).getByText("Busy").waitFor();
  });
}
