// The phones page, as its visitors use it.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ACCOUNT, COLLEAGUE, CUSTOMER, OFFICE, openBrowser, Simulator, Stage } from "./stage.mjs";

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

const MENU = `<Gather numDigits="1" action="/menu" timeout="600"><Say>Press 1 to be connected. Press 2 to leave a message.</Say></Gather>`;
const VOICEMAIL = `<Say>Please leave a message after the beep.</Say><Record action="/thanks" timeout="600" maxLength="600"/>`;

// Most of a scenario is waiting for simulated time.
describe("the phones page", { concurrency: 4 }, () => {
  scenario("a visitor calls, hears the menu, presses 2, speaks and sees the voicemail arrive", async (stage) => {
    stage.app.on("/voice", MENU).on("/menu", VOICEMAIL).on("/thanks", "<Say>Thank you. Goodbye.</Say>");
    const customer = stage.handset(CUSTOMER);
    await customer.button(`Call ${OFFICE}`).click();
    await customer.sees("Press 2 to leave a message.");
    await customer.sees(`On a call with ${OFFICE}`);
    await customer.key("2");
    await customer.sees("Please leave a message after the beep.");
    await customer.sees(/^beep$/);
    await customer.says("Please call me back");
    await customer.sees("Please call me back");
    await customer.button("Speak for 5 seconds").click();
    await customer.sees("[speech 5.0 s]");
    await customer.locator.locator(".speak:not(.speaking)").waitFor();
    await customer.key("pound");
    await customer.sees("Thank you. Goodbye.");
    await customer.sees("Call ended");
    await customer.sees(/^Recording, 0:0\d$/);
    const play = stage.line("completed").getByRole("link", { name: "Play" });
    const wav = await stage.page.request.get(new URL(await play.getAttribute("href"), stage.simulator.address).href);
    assert.equal(wav.status(), 200);
    assert.equal(wav.headers()["content-type"], "audio/wav");
    assert.equal((await wav.body()).subarray(0, 4).toString(), "RIFF");
    await customer.button(`Call ${OFFICE}`).waitFor();
  });

  scenario("a second phone rings, answers, and hangs up", async (stage) => {
    stage.app.on("/voice", `<Dial timeout="600" callerId="${OFFICE}">${COLLEAGUE}</Dial>`);
    const [customer, colleague] = [stage.handset(CUSTOMER), stage.handset(COLLEAGUE)];
    await customer.button(`Call ${OFFICE}`).click();
    await colleague.button("Answer").waitFor();
    await colleague.sees(`${OFFICE} is calling`);
    await stage.page.waitForFunction((number) => document.title.includes(number), COLLEAGUE);
    assert.ok(await colleague.locator.evaluate((element) => element.classList.contains("ringing")));
    await colleague.button("Answer").click();
    await colleague.sees(`On a call with ${OFFICE}`);
    await customer.sees("connected");
    await customer.says("Is anybody there?");
    await colleague.sees("Is anybody there?");
    await colleague.button("Hang up").click();
    await colleague.sees("Call ended");
    await customer.sees("Call ended");
  });

  scenario("a phone that declines is busy for its caller", async (stage) => {
    await stage.dial(COLLEAGUE, "<Say>Hello</Say>", { Timeout: "600" });
    const colleague = stage.handset(COLLEAGUE);
    await colleague.button("Decline").click();
    await colleague.sees("declined");
    await colleague.button(`Call ${OFFICE}`).waitFor();
    await stage.line(`${OFFICE} → ${COLLEAGUE}`).filter({ hasText: "busy" }).first().waitFor();
  });

  scenario("what a phone does when called can be chosen", async (stage) => {
    const colleague = stage.handset(COLLEAGUE);
    const chosen = stage.page.waitForResponse((response) => response.url().endsWith("/behavior"));
    await colleague.locator.getByLabel("When called").selectOption("answer");
    assert.equal((await chosen).status(), 200);
    await stage.dial(COLLEAGUE, "<Say>You are the winner</Say>");
    await colleague.sees("You are the winner");
    await stage.page.reload();
    await stage.page.waitForFunction((number) => document.querySelector(`[data-number="${number}"] .options select`)?.value === "answer", COLLEAGUE);
    await colleague.sees("You are the winner");
  });

  scenario("what a call says is text and never runs", async (stage) => {
    const script = "<script>window.ran = true</script><img src=x onerror='window.ran = true'>";
    stage.app.on("/voice", `<Say><![CDATA[${script}]]></Say><Gather timeout="600"/>`);
    const customer = stage.handset(CUSTOMER);
    await customer.locator.getByLabel("Caller name").fill(script);
    await customer.button(`Call ${OFFICE}`).click();
    await customer.sees(script);
    await customer.says(script);
    await customer.locator.locator(".said", { hasText: script }).waitFor();
    await stage.line("/voice").locator("summary").click();
    await stage.line("/voice").locator("dd", { hasText: script }).first().waitFor();
    assert.equal(await stage.page.locator(".transcript img, .transcript script, .lines img, .lines script").count(), 0);
    assert.equal(await stage.page.evaluate(() => window.ran), undefined);
    // Even a script that got into the page would not run.
    const blocked = stage.page.evaluate(() => new Promise((resolve) => {
      document.addEventListener("securitypolicyviolation", (event) => resolve(event.violatedDirective), { once: true });
      const inline = document.createElement("script");
      inline.textContent = "window.ran = true";
      document.body.append(inline);
    }));
    assert.match(await blocked, /^script-src/);
    assert.equal(await stage.page.evaluate(() => window.ran), undefined);
    assert.match(stage.problems.pop(), /Content Security Policy/);
  });

  scenario("the log shows a webhook with its TwiML, by call, paused and not", async (stage) => {
    stage.app.on("/voice", `${MENU}<Unheard-of/>`).on("/menu", "<Hangup/>");
    const customer = stage.handset(CUSTOMER);
    await customer.button(`Call ${OFFICE}`).click();
    await customer.sees("Press 2");
    const webhook = stage.line("POST /voice");
    await webhook.getByText(/^200 · \d+ ms$/).waitFor();
    await webhook.locator("summary").click();
    const document = await webhook.locator("pre.xml").textContent();
    const lines = [
      "<Response>",
      '  <Gather numDigits="1" action="/menu" timeout="600">',
      "    <Say>Press 1 to be connected. Press 2 to leave a message.</Say>",
      "  </Gather>",
      "  <Unheard-of/>",
      "</Response>",
      "",
    ];
    assert.equal(document, lines.join("\n"));
    await webhook.getByText(CUSTOMER).first().waitFor();
    const warning = stage.line("12200");
    await warning.getByText("Unheard-of").waitFor();
    assert.match(await warning.getAttribute("class"), /bad/);
    await stage.line("IncomingPhoneNumbers.json").getByText("201").waitFor();

    await customer.button("Show in log").click();
    await webhook.waitFor();
    assert.equal(await stage.line("IncomingPhoneNumbers.json").count(), 0);

    await stage.page.getByRole("button", { name: "Pause" }).click();
    await customer.key("1");
    await customer.sees("Call ended");
    await stage.page.getByRole("button", { name: /^Resume \(\d+ new\)$/ }).waitFor();
    assert.equal(await stage.line("POST /menu").count(), 0);
    await stage.page.getByRole("button", { name: /^Resume/ }).click();
    await stage.line("POST /menu").waitFor();
  });

  scenario("digits that are typed press the keys of the phone that has the focus", async (stage) => {
    stage.app.on("/voice", `<Gather finishOnKey="#" action="/menu" timeout="600"><Say>Enter your code.</Say></Gather>`);
    stage.app.on("/menu", `<Say>Welcome</Say><Gather timeout="600"/>`);
    const customer = stage.handset(CUSTOMER);
    // From the keyboard alone: the call button, then digits at once.
    await customer.button(`Call ${OFFICE}`).focus();
    await stage.page.keyboard.press("Enter");
    await customer.sees("Enter your code.");
    await stage.page.keyboard.type("2468*0#");
    await customer.sees("Welcome");
    const keys = await customer.locator.locator("kbd").allTextContents();
    assert.equal(keys.join(""), "2468*0#");
    // Digits that are typed into a field are words.
    await customer.locator.getByLabel("Words to say").fill("");
    await customer.locator.getByLabel("Words to say").focus();
    await stage.page.keyboard.type("99");
    await stage.page.keyboard.press("Enter");
    await customer.locator.locator(".said", { hasText: /^99$/ }).waitFor();
    assert.equal(await customer.locator.locator("kbd").count(), 7);
    await stage.page.keyboard.press("Escape");
    await customer.button("Hang up").focus();
    await stage.page.keyboard.press("Enter");
    await customer.sees("Call ended");
  });

  scenario("phones are added by number, stay, and come with their calls", async (stage) => {
    const form = stage.page.getByRole("form", { name: "Add a phone" });
    const add = async (number) => {
      await form.getByLabel("Number").fill(number);
      await form.getByRole("button", { name: "Add phone" }).click();
    };
    await add("(500) 555-0113");
    await stage.handset("+15005550113").locator.waitFor();
    await add("12");
    await form.getByRole("alert").getByText("12 is no phone number").waitFor();
    await add(OFFICE);
    await form.getByRole("alert").getByText("is a number of the account").waitFor();
    await stage.page.reload();
    await stage.handset("+15005550113").locator.waitFor();
    const guest = stage.handset("+15005550199");
    assert.equal(await guest.locator.count(), 0);
    await stage.dial("+15005550199", "<Say>Hello</Say>", { Timeout: "600" });
    await guest.button("Answer").click();
    await guest.sees("Hello");
    await guest.button("Put away Phone").click();
    await guest.locator.waitFor({ state: "detached" });
  });

  scenario("without a number the page says how to get one, and refusals are shown", async (stage) => {
    await stage.page.getByText("The account has no phone number yet.").waitFor();
    await stage.page.getByText(`IncomingPhoneNumbers.json`).first().waitFor();
    const customer = stage.handset(CUSTOMER);
    assert.ok(await customer.button("No number to call").isDisabled());
    await stage.makeNumber();
    await customer.button(`Call ${OFFICE}`).waitFor();
    await stage.page.route("**/calls", (route) => route.fulfill({ status: 422, json: { error: "no such number today" } }));
    await customer.button(`Call ${OFFICE}`).click();
    await customer.locator.getByRole("alert").getByText("no such number today").waitFor();
    assert.match(stage.problems.pop(), /422/);
  }, { withNumber: false });

  scenario("the page finds the simulator again after a restart", async (stage) => {
    stage.app.on("/voice", `<Say>Good morning</Say>`);
    const customer = stage.handset(CUSTOMER);
    await customer.button(`Call ${OFFICE}`).click();
    await customer.sees("Call ended");
    const { address } = stage.simulator;
    await stage.simulator.stop();
    await stage.page.getByText("Reconnecting…").waitFor();
    stage.simulator = await Simulator.start({ listen: new URL(address).host });
    await stage.page.getByText("Live", { exact: true }).waitFor();
    await customer.sees("Ready");
    await stage.makeNumber();
    await customer.button(`Call ${OFFICE}`).click();
    await customer.sees("Good morning");
    // The attempts in between failed, as they must.
    stage.problems = stage.problems.filter((problem) => !/ERR_(CONNECTION_REFUSED|INCOMPLETE_CHUNKED_ENCODING|CONNECTION_RESET)/.test(problem));
  });

  scenario("on a narrow screen nothing sticks out", async (stage) => {
    stage.app.on("/voice", `<Say>${"averyveryverylongword".repeat(10)}</Say>`);
    const customer = stage.handset(CUSTOMER);
    await customer.button(`Call ${OFFICE}`).click();
    await customer.sees("Call ended");
    await stage.page.getByText(ACCOUNT).first().waitFor();
    assert.ok(await stage.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  }, { contextOptions: { viewport: { width: 360, height: 740 }, colorScheme: "dark" } });

  scenario("a second call waits, and any of several numbers can be called", async (stage) => {
    await stage.simulator.rest("IncomingPhoneNumbers.json", { PhoneNumber: "+15005550101", FriendlyName: "Support", VoiceUrl: `${stage.app.address}/voice` });
    stage.app.on("/voice", `<Gather timeout="600"><Say>Support speaking</Say></Gather>`);
    const customer = stage.handset(CUSTOMER);
    await customer.locator.getByLabel("Number to call").selectOption("+15005550101");
    await customer.button("Call +15005550101").click();
    await customer.sees("Support speaking");
    await stage.dial(CUSTOMER, `<Say>Second call</Say><Pause length="3600"/>`, { Timeout: "600" });
    await customer.button(`${OFFICE}: ringing`).click();
    await customer.button("Answer").click();
    await customer.sees("Second call");
    await customer.button("Hang up").click();
    // Back to the first.
    await customer.sees("On a call with +15005550101");
    await customer.button("Hang up").click();
    await customer.button(`Call +15005550101`).waitFor();
  });

  scenario("reset forgets calls and the log, and keeps the number", async (stage) => {
    stage.app.on("/voice", "<Say>Good morning</Say>");
    const customer = stage.handset(CUSTOMER);
    await customer.button(`Call ${OFFICE}`).click();
    await customer.sees("Call ended");
    await stage.page.getByRole("button", { name: "Reset" }).click();
    await customer.sees("Ready");
    await stage.line("were forgotten").waitFor();
    assert.equal(await stage.line("/voice").count(), 0);
    await customer.button(`Call ${OFFICE}`).click();
    await customer.sees("Good morning");
  });
});
