// The built bundle in a stub of Flex's page.

import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { BUNDLE, Flex, Locks, call, pass, settled } from "./flex.mjs";

const ON = JSON.stringify({ acceptCalls: true, wrapUpSeconds: 0 });
const BOTH = JSON.stringify({ acceptCalls: true, wrapUpSeconds: 30 });

beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
afterEach(() => mock.timers.reset());

test("a reservation comes in, an accept goes out, and the call is shown", async () => {
  const flex = await Flex.open({ remembered: ON });
  await flex.reserve(call({ sid: "WR-a" }));
  assert.deepEqual(flex.invoked, ["AcceptTask WR-a", "SelectTask WR-a"]);
  assert.deepEqual(flex.notified, []);
});

test("after the hang-up, after-call work is completed when its time is over", async () => {
  const flex = await Flex.open({ remembered: BOTH });
  const task = call();
  await flex.reserve(task);
  await flex.hangUp(task);
  await pass(29.9);
  assert.equal(task.status, "wrapping");
  await pass(0.1);
  assert.equal(task.status, "completed");
  assert.equal(flex.invoked.at(-1), `CompleteTask ${task.sid}`);
  assert.deepEqual(flex.notified, []);
});

test("until the agent asks, neither happens", async () => {
  const flex = await Flex.open();
  assert.equal(flex.toggle.checked, false);
  assert.equal(flex.wrapUp.value, "0");
  const task = call();
  await flex.reserve(task);
  task.status = "accepted";
  await flex.hangUp(task);
  await pass(3600);
  assert.deepEqual(flex.invoked, []);
});

test("switched off, neither happens any more, and it stays off", async () => {
  const flex = await Flex.open({ remembered: BOTH });
  const before = call();
  await flex.reserve(before);
  await flex.hangUp(before);
  flex.invoked.length = 0;
  await flex.clickToggle();
  await flex.chooseWrapUp(0);
  await flex.reserve(call());
  await pass(3600);
  assert.deepEqual(flex.invoked, []);
  assert.equal(before.status, "wrapping");
  const remembered = flex.window.localStorage.getItem("switchboard.WK00000000000000000000000000000001");
  const later = await Flex.open({ remembered });
  assert.equal(later.toggle.checked, false);
  await later.reserve(call());
  assert.deepEqual(later.invoked, []);
});

test("switched on, it takes the call that is ringing, and is remembered", async () => {
  const flex = await Flex.open();
  const task = call();
  await flex.reserve(task);
  await flex.clickToggle();
  await flex.chooseWrapUp(10);
  assert.equal(task.status, "accepted");
  const remembered = flex.window.localStorage.getItem("switchboard.WK00000000000000000000000000000001");
  const later = await Flex.open({ remembered });
  assert.equal(later.toggle.checked, true);
  assert.equal(later.wrapUp.value, "10");
});

test("a reservation that comes twice is accepted once", async () => {
  const flex = await Flex.open({ remembered: ON });
  const task = call();
  await Promise.all([flex.reserve(task), flex.reserve(task)]);
  task.status = "pending";
  await flex.reserve(task);
  assert.deepEqual(flex.invoked, [`AcceptTask ${task.sid}`, `SelectTask ${task.sid}`]);
});

test("chats, calls that the agent places and calls that are taken are left alone", async () => {
  const flex = await Flex.open({ remembered: BOTH });
  const chat = call({ taskChannelUniqueName: "chat" });
  await flex.reserve(chat);
  await flex.reserve(call({ attributes: { direction: "outbound" }, routingTarget: "WK1" }));
  await flex.reserve(call({ status: "accepted" }));
  await flex.hangUp(chat);
  await pass(3600);
  assert.deepEqual(flex.invoked, []);
});

test("what fails is shown, and not tried again", async () => {
  const flex = await Flex.open({ remembered: BOTH });
  flex.failing.set("AcceptTask", "no microphone").set("CompleteTask", "no network");
  const task = call();
  await flex.reserve(task);
  await flex.reserve(task);
  assert.deepEqual(flex.notified, ["A call could not be accepted automatically: no microphone"]);
  task.status = "accepted";
  await flex.hangUp(task);
  await pass(3600);
  assert.equal(flex.notified[1], "After-call work could not be completed automatically: no network");
  assert.equal(flex.invoked.length, 2);
});

test("after a reload, the call that rings is taken and after-call work has its time again", async () => {
  const ringing = call();
  const wrapping = call({ status: "wrapping" });
  const flex = await Flex.open({ remembered: BOTH, tasks: [ringing, wrapping] });
  assert.equal(ringing.status, "accepted");
  await pass(29);
  assert.equal(wrapping.status, "wrapping");
  await pass(1);
  assert.equal(wrapping.status, "completed");
});

test("an agent who completes by hand, even if it takes long, is not disturbed", async () => {
  const flex = await Flex.open({ remembered: BOTH });
  const [quick, slow, canceled] = [call({ status: "wrapping" }), call({ status: "wrapping" }), call({ status: "wrapping" })];
  for (const task of [quick, slow, canceled]) {
    await flex.reserve(task);
    await flex.hangUp(task);
  }
  await flex.complete(quick);
  flex.failing.set("CompleteTask", "slow");
  await assert.rejects(flex.complete(slow));
  flex.end(canceled);
  flex.invoked.length = 0;
  await pass(3600);
  assert.deepEqual(flex.invoked, []);
  assert.deepEqual(flex.notified, []);
});

test("another time begins anew", async () => {
  const flex = await Flex.open({ remembered: BOTH });
  const task = call({ status: "accepted" });
  await flex.reserve(task);
  await flex.hangUp(task);
  await pass(20);
  await flex.chooseWrapUp(60);
  await pass(59);
  assert.equal(task.status, "wrapping");
  await pass(1);
  assert.equal(task.status, "completed");
});

test("of two tabs one acts, and the other when that is closed", async () => {
  const locks = new Locks();
  const [first, second] = [await Flex.open({ remembered: BOTH, locks }), await Flex.open({ remembered: BOTH, locks })];
  const task = call();
  await first.reserve(task);
  await second.reserve(task);
  assert.deepEqual(first.invoked, [`AcceptTask ${task.sid}`, `SelectTask ${task.sid}`]);
  const ringing = call();
  await second.reserve(ringing);
  assert.deepEqual(second.invoked, []);
  locks.close();
  await settled();
  assert.deepEqual(second.invoked, [`AcceptTask ${ringing.sid}`, `SelectTask ${ringing.sid}`]);
});

test("a change in one tab is known in the other", async () => {
  const flex = await Flex.open();
  const task = call();
  await flex.reserve(task);
  const key = "switchboard.WK00000000000000000000000000000001";
  flex.window.localStorage.setItem(key, ON);
  flex.window.dispatchEvent(new flex.window.StorageEvent("storage", { key }));
  await settled();
  assert.equal(flex.toggle.checked, true);
  assert.equal(task.status, "accepted");
});

test("each control has a name for those who cannot see it", async () => {
  const flex = await Flex.open();
  assert.equal(flex.toggle.labels[0].textContent, "Accept calls automatically");
  assert.match(flex.wrapUp.labels[0].textContent, /^Complete after-call work/);
});

test("what is remembered and makes no sense counts as off", async () => {
  for (const remembered of ["", "{", "null", '{"acceptCalls":"yes","wrapUpSeconds":"soon"}', '{"wrapUpSeconds":5}']) {
    const flex = await Flex.open({ remembered });
    assert.equal(flex.toggle.checked, false);
    assert.equal(flex.wrapUp.value, "0");
    await flex.reserve(call());
    await flex.hangUp(call());
    await pass(3600);
    assert.deepEqual(flex.invoked, []);
  }
});

test("who is no agent has no controls", async () => {
  const flex = await Flex.open({ worker: null });
  assert.equal(flex.toggle, null);
});

test("the bundle has neither React nor Flex in it", () => {
  assert.ok(BUNDLE.length < 10_000, `${BUNDLE.length} bytes`);
  assert.doesNotMatch(BUNDLE, /\brequire\(|\bimport\(/);
});
