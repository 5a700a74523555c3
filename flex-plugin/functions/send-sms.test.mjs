// send-sms.js in Twilio's runtime, beside the local stack: does the text reach the phone, once?

import assert from "node:assert/strict";
import { after, before, mock, test } from "node:test";
import { serveSendSms } from "./serve.mjs";
import { OFFICE, Stack } from "./stack.mjs";

const HOUR = 3_600_000;
/** Twilio's runtime puts another Response in its place. */
const HttpResponse = Response;

let stack, server, env;
const fetched = mock.method(globalThis, "fetch");
const logs = ["log", "info", "warn", "error", "debug"].map((name) => mock.method(console, name));

before(async () => {
  stack = await Stack.start();
  env = { API_URL: stack.api, TOKEN_URL: `${stack.api}/oauth2/token`, CLIENT_ID: "local", CLIENT_SECRET: "local" };
  server = await serveSendSms(env);
});
after(async () => {
  server?.close();
  await stack?.stop();
});

/** A form, as Studio's Run Function and Flex plugins send it. */
async function sendSms(form, to = server) {
  const url = `http://127.0.0.1:${to.address().port}/send-sms`;
  const answer = await fetch(url, { method: "POST", body: new URLSearchParams(form) });
  assert.match(answer.headers.get("content-type"), /^application\/json/);
  return { status: answer.status, body: await answer.json() };
}

const tokensAsked = () => fetched.mock.calls.filter(({ arguments: [url] }) => url === env.TOKEN_URL).length;

test("a text reaches the phone, and the answer is the API's", async () => {
  const { status, body: sent } = await sendSms({ To: "+15005550111", Body: "Thank you & see you" });
  assert.equal(status, 201);
  const text = { sid: sent.sid, from: OFFICE, body: "Thank you & see you" };
  assert.deepEqual(await stack.textsTo("+15005550111"), [text]);
});

test("a request that comes again with its key sends nothing again", async () => {
  const form = { To: "+15005550112", Body: "Thank you", IdempotencyKey: "FN1-thanks" };
  const [first, again] = [await sendSms(form), await sendSms(form)];
  assert.deepEqual(again, first);
  assert.equal((await stack.textsTo("+15005550112")).length, 1);
});

test("without a key, who says it twice means it twice", async () => {
  await sendSms({ To: "+15005550113", Body: "Yes" });
  await sendSms({ To: "+15005550113", Body: "Yes" });
  assert.equal((await stack.textsTo("+15005550113")).length, 2);
});

test("a customer who replied STOP is not texted, and the caller is told why", async () => {
  await stack.optOut("+15005550114");
  const { status, body } = await sendSms({ To: "+15005550114", Body: "Thank you" });
  assert.equal(status, 422);
  assert.equal(body.code, 21610);
  assert.match(body.detail, /no more texts/);
  const texts = await stack.textsTo("+15005550114");
  assert.ok(!texts.some((text) => text.body === "Thank you"));
});

test("what is missing or no number is refused with the API's words", async () => {
  for (const [form, field] of [[{ To: "nobody", Body: "Thank you" }, "to"], [{ To: "+15005550111" }, "body"]]) {
    const { status, body } = await sendSms(form);
    assert.equal(status, 422);
    assert.equal(body.field, field);
  }
});

test("the token is fetched once, and again shortly before its end", async () => {
  assert.equal(tokensAsked(), 1);
  mock.timers.enable({ apis: ["Date"], now: Date.now() + HOUR - 61_000 + 2_000 });
  await sendSms({ To: "+15005550115", Body: "Thank you" });
  mock.timers.reset();
  assert.equal(tokensAsked(), 2);
});

test("a token that the API does not take is not kept", async () => {
  const refusal = () => HttpResponse.json({ message: "Unauthorized" }, { status: 401 });
  fetched.mock.mockImplementationOnce(refusal, fetched.mock.callCount() + 1);
  assert.equal((await sendSms({ To: "+15005550115", Body: "Thank you" })).status, 401);
  assert.equal((await sendSms({ To: "+15005550115", Body: "Thank you" })).status, 201);
  assert.equal(tokensAsked(), 3);
});

test("a wrong secret is the function's failure, and is not told", async () => {
  mock.timers.enable({ apis: ["Date"], now: Date.now() + 2 * HOUR });
  const wrong = await serveSendSms({ ...env, CLIENT_SECRET: "hunter2" });
  const { status, body } = await sendSms({ To: "+15005550116", Body: "Thank you" }, wrong);
  mock.timers.reset();
  wrong.close();
  assert.equal(status, 502);
  assert.equal(body.detail, "the token endpoint answered 401");
  assert.deepEqual(await stack.textsTo("+15005550116"), []);
});

test("nothing of all that was logged", () => {
  const logged = JSON.stringify(logs.flatMap((log) => log.mock.calls.map((call) => call.arguments)));
  assert.doesNotMatch(logged, /150055501|Thank you|hunter2|Bearer/);
});
