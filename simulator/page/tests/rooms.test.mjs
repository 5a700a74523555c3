// Conferences on the phones page.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { COLLEAGUE, CUSTOMER, OFFICE, openBrowser, Stage } from "./stage.mjs";

let browser;
before(async () => {
  browser = await openBrowser();
});
after(() => browser?.close());

test("phones show which conference they are in, and hear each other; the panel lists it until it is over", async () => {
  const stage = await Stage.open(browser);
  try {
    const name = "<b>Sales & co</b>";
    stage.app.on("/voice", `<Dial><Conference waitUrl="">${name.replaceAll("&", "&amp;").replaceAll("<", "&lt;")}</Conference></Dial>`);
    const [customer, colleague] = [stage.handset(CUSTOMER), stage.handset(COLLEAGUE)];
    const rooms = stage.page.getByRole("region", { name: "Conferences" });
    assert.equal(await rooms.isVisible(), false);
    await customer.button(`Call ${OFFICE}`).click();
    await customer.sees(`Waiting in conference ${name}`);
    await rooms.getByText("waiting to start").waitFor();
    await colleague.button(`Call ${OFFICE}`).click();
    for (const phone of [customer, colleague]) await phone.sees(`In conference ${name}`);
    await rooms.getByText("1 conference going on").waitFor();
    await customer.says("Hello colleague");
    await colleague.sees("Hello colleague");
    const [conference] = (await stage.simulator.rest("Conferences.json?Status=in-progress")).conferences;
    const { participants } = await stage.simulator.rest(`Conferences/${conference.sid}/Participants.json`);
    await stage.simulator.rest(`Conferences/${conference.sid}/Participants/${participants[0].call_sid}.json`, { Muted: "true" });
    await rooms.getByRole("listitem").filter({ hasText: `${COLLEAGUE} muted` }).first().waitFor();
    await stage.line(`${name}: participant-mute`).waitFor();
    // It is told again to who comes later.
    await stage.page.reload();
    for (const phone of [customer, colleague]) await phone.sees(`In conference ${name}`);
    await rooms.getByText(CUSTOMER).waitFor();
    await customer.button("Hang up").click();
    await customer.sees("Call ended");
    await colleague.button("Hang up").click();
    await stage.line("conference-end").waitFor();
    assert.equal(await rooms.isVisible(), false);
    assert.deepEqual(stage.problems, []);
  } finally {
    await stage.close();
  }
});
