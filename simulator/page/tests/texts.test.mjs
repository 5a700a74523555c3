// Texting on the phones page, as its visitors do it.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { COLLEAGUE, CUSTOMER, OFFICE, openBrowser, Stage } from "./stage.mjs";

let browser;
before(async () => {
  browser = await openBrowser();
});
after(() => browser?.close());

/** A test with a stage of its own; the page must not have complained. */
function scenario(name, play, options = {}) {
  test(name, async () => {
    const stage = await Stage.open(browser, options);
    try {
      await play(stage);
      assert.deepEqual(stage.problems, []);
    } finally {
      await stage.close();
    }
  });
}

const classOf = (locator) => locator.first().getAttribute("class");

describe("texts on the phones page", { concurrency: 4 }, () => {
  scenario("a visitor texts, the app answers, and both are in the log", async (stage) => {
    stage.app.on("/sms", "<Message>We call you back.</Message>");
    const customer = stage.handset(CUSTOMER);
    await customer.texts("Please call me");
    await customer.text("We call you back.").waitFor();
    assert.equal(await classOf(customer.text("Please call me")), "said");
    assert.equal(await classOf(customer.text("We call you back.")), "heard");
    assert.equal(await customer.locator.getByLabel("Text message").inputValue(), "");
    await stage.line("POST /sms").locator("summary").click();
    await stage.line("POST /sms").locator("dd", { hasText: "Please call me" }).first().waitFor();
    await stage.line("POST /sms").locator("pre.xml", { hasText: "We call you back." }).waitFor();
    await stage.line(`${OFFICE} → ${CUSTOMER}`).filter({ hasText: "delivered" }).waitFor();
    await stage.page.getByLabel("What to show").selectOption("message");
    assert.equal(await stage.line("POST /sms").count(), 0);
    await stage.page.reload();
    await customer.text("Please call me").waitFor();
    await customer.text("We call you back.").waitFor();
  });

  scenario("a text by REST reaches its phone, and one that does not shows in the log alone", async (stage) => {
    const colleague = stage.handset(COLLEAGUE);
    await stage.text(COLLEAGUE, "Your code is 4711");
    await colleague.text("Your code is 4711").waitFor();
    const chosen = stage.page.waitForResponse((response) => response.url().endsWith("/behavior"));
    await colleague.locator.getByLabel("When texted").selectOption("filtered");
    assert.equal((await chosen).status(), 200);
    await stage.text(COLLEAGUE, "An offer");
    const line = stage.line("An offer").filter({ hasText: "undelivered 30007" });
    await line.waitFor();
    assert.match(await classOf(line), /bad/);
    assert.equal(await colleague.text("An offer").count(), 0);
    // What it does when called stayed as it was.
    assert.equal(await colleague.locator.getByLabel("When called").inputValue(), "ring");
  });

  scenario("what a text says is text and never runs", async (stage) => {
    const script = "<script>window.ran = true</script><img src=x onerror='window.ran = true'>\"&quot;";
    stage.app.on("/sms", `<Message><![CDATA[${script}]]></Message>`);
    const customer = stage.handset(CUSTOMER);
    await customer.texts(script);
    await stage.page.waitForFunction(([number, wanted]) => {
      const texts = [...document.querySelectorAll(`[data-number="${number}"] .texts li`)];
      return texts.filter((text) => text.textContent === wanted).length === 2;
    }, [CUSTOMER, script]);
    await stage.line("POST /sms").locator("summary").click();
    await stage.line("POST /sms").locator("dd", { hasText: script }).first().waitFor();
    assert.equal(await stage.page.locator(".texts img, .texts script, .lines img, .lines script").count(), 0);
    assert.equal(await stage.page.evaluate(() => window.ran), undefined);
  });

  scenario("pictures are shown, and everything else is only downloaded", async (stage) => {
    stage.app.on("/sms", "");
    const svg = Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'><script>parent.ran = true</script></svg>").toString("base64");
    await stage.textFrom("+15005550198", { body: "Look", media: [{}, { content_type: "image/svg+xml", base64: svg }] });
    const guest = stage.handset("+15005550198");
    const text = guest.text("Look");
    await text.locator("img").waitFor();
    assert.equal(await text.locator("img").evaluate((image) => image.decode().then(() => image.naturalWidth)), 1);
    const hrefs = await text.locator("a").evaluateAll((links) => links.map((link) => link.href));
    const [picture, drawing] = await Promise.all(hrefs.map((href) => stage.page.request.get(href)));
    assert.deepEqual([picture.headers()["content-type"], picture.headers()["content-disposition"]], ["image/png", "inline"]);
    assert.deepEqual([drawing.headers()["content-type"], drawing.headers()["content-disposition"]], ["image/svg+xml", "attachment"]);
    assert.match(drawing.headers()["content-security-policy"], /sandbox/);
    assert.equal(await text.locator("img").count(), 1);
  });

  scenario("a text comes to a phone that was put away, and reset forgets it", async (stage) => {
    await stage.text("+15005550197", "First");
    const guest = stage.handset("+15005550197");
    await guest.text("First").waitFor();
    await guest.button("Put away Phone").click();
    await guest.locator.waitFor({ state: "detached" });
    await stage.text("+15005550197", "Second");
    await guest.text("Second").waitFor();
    await stage.page.getByRole("button", { name: "Reset" }).click();
    await guest.text("Second").waitFor({ state: "detached" });
  });

  scenario("a refusal is shown and the words are kept", async (stage) => {
    const customer = stage.handset(CUSTOMER);
    await customer.button(`Call ${OFFICE}`).waitFor();
    await stage.page.route("**/messages", (route) => route.fulfill({ status: 422, json: { error: "not today" } }));
    await customer.texts("Hello");
    await customer.locator.getByRole("alert").getByText("not today").waitFor();
    assert.equal(await customer.locator.getByLabel("Text message").inputValue(), "Hello");
    assert.match(stage.problems.pop(), /422/);
  });

  scenario("on a narrow screen long texts stay in their phone", async (stage) => {
    stage.app.on("/sms", `<Message>${"averyveryverylongword".repeat(20)}</Message>`);
    const customer = stage.handset(CUSTOMER);
    await customer.texts("x".repeat(400));
    await customer.text("averyvery").waitFor();
    assert.ok(await stage.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  }, { contextOptions: { viewport: { width: 360, height: 740 }, colorScheme: "dark" } });
});
