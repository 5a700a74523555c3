// Verbs and calls whose point is time, keys or faults: what the type file cannot tell.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { ANN, BOB, OFFICE, Stage, until } from '../lib/stage.js';

let s;
before(async () => {
  s = await Stage.start();
  await s.number();
  s.app.on('/status', '');
  s.app.on('/over', '<Say>Over</Say>');
});
after(() => s.stop());

const stays = [{ wait_for: 'connected' }];

test('barge-in: a key cuts the prompt, unless the app forbids it', async () => {
  const long = 'word '.repeat(200);
  const length = async (attributes) => {
    s.app.on('/voice', `<Gather numDigits="1" action="/over" ${attributes}><Say>${long}</Say></Gather>`);
    const { transcript } = await s.conversation(ANN, [{ wait_for: 'word' }, { press: '1' }]);
    return transcript.at(-1).at_seconds;
  };
  assert.ok(await length('') < 30);
  assert.ok(await length('bargeIn="false"') >= 60, 'the key is not heard');
});

test('hangupOnStar ends the dial, and not the call', async () => {
  s.app.on('/voice', `<Dial hangupOnStar="true" action="/over">${BOB}</Dial>`);
  await s.behave(BOB, 'answer', stays);
  const { heard } = await s.conversation(ANN, [...stays, { press: '*' }, { wait_for: 'over' }]);
  assert.deepEqual(heard, ['connected', 'Over']);
});

test('timeLimit ends a dial, timeout ends its ringing, and without an action the next verb runs', async () => {
  s.app.on('/voice', `<Dial timeLimit="20">${BOB}</Dial><Dial timeout="7">+15005550009</Dial><Say>Next</Say>`);
  await s.behave(BOB, 'answer', stays);
  await s.behave('+15005550009', 'no-answer', undefined, 60_000);
  const { sid, transcript } = await s.conversation(ANN, []);
  const at = transcript.find((it) => it.text === 'Next').at_seconds;
  assert.ok(at > 27 && at < 60, `${at} s`);
  const children = await s.client.calls.list({ parentCallSid: sid });
  assert.deepEqual(children.map((it) => [it.to, it.status]), [['+15005550009', 'no-answer'], [BOB, 'completed']]);
  const { duration } = children[1];
  assert.ok(Number(duration) >= 19 && Number(duration) < 35, duration);
});

test('answerOnBridge: the caller’s call is answered only when somebody is', async () => {
  const answered = async (attribute) => {
    s.app.on('/voice', `<Dial ${attribute} timeout="5" action="/end">${BOB}</Dial>`);
    s.app.on('/end', '<Reject/>');
    await s.behave(BOB, 'no-answer', undefined, 60_000);
    const { transcript } = await s.conversation(ANN, []);
    return transcript.some((it) => it.kind === 'status' && it.status === 'in-progress');
  };
  assert.deepEqual([await answered('answerOnBridge="true"'), await answered('')], [false, true]);
});

test('keys that Twilio presses are heard: Play digits, sendDigits', async () => {
  s.app.on('/voice', `<Play digits="1w2"/><Dial><Number sendDigits="55#">${BOB}</Number></Dial>`);
  await s.behave(BOB, 'answer', [...stays, { hang_up: true }]);
  const { heard } = await s.conversation(ANN, []);
  assert.equal(heard[0], 'key 1w2');
  assert.equal((await s.heardBy(BOB))[0], 'key 55#');
});

test('calls by REST: Timeout, TimeLimit, and who answered', async () => {
  const place = (more) => s.client.calls.create({ from: OFFICE, to: BOB, twiml: '<Response><Pause length="300"/></Response>', ...more });
  await s.behave(BOB, 'answer');
  const limited = await s.ended((await place({ timeLimit: 15 })).sid);
  assert.equal(limited.status, 'completed');
  assert.ok(limited.duration_seconds >= 14 && limited.duration_seconds < 30, `${limited.duration_seconds} s`);
  await s.behave(BOB, 'ring');
  assert.equal((await s.ended((await place({ timeout: 8 })).sid)).status, 'no-answer');
  for (const [on_call, by] of [['answer', 'human'], ['carrier-voicemail', 'machine_start']]) {
    await s.behave(BOB, on_call);
    const { sid } = await place({ machineDetection: 'Enable', twiml: '<Response/>' });
    await s.ended(sid);
    assert.equal((await s.client.calls(sid).fetch()).answeredBy, by);
  }
});

test('faults: the same seed, the same faults', async () => {
  s.app.on('/voice', '<Say>Hello</Say>');
  await s.behave(BOB, 'busy');
  const statusCallback = `${s.app.url}/status`;
  const misfortunes = async (seed) => {
    await s.control('POST', 'reset');
    await s.control('PUT', 'faults', { seed, drop: 0.4, duplicate: 0.4, rest_500: 0.3 });
    const failed = [];
    for (let call = 0; call < 8; call += 1) {
      const order = { from: OFFICE, to: BOB, url: `${s.app.url}/voice`, statusCallback };
      await s.client.calls.create(order).then(({ sid }) => s.ended(sid), () => failed.push(call));
    }
    const expected = 8 - failed.length;
    const told = await until('all callbacks', async () => {
      const all = (await s.webhooks()).filter((it) => it.kind === 'status').map((it) => it.fault);
      return all.filter((fault) => fault !== 'duplicate').length === expected && all;
    });
    await s.control('PUT', 'faults', {});
    return JSON.stringify([failed, told.filter((fault) => fault === 'drop').length]);
  };
  const first = await misfortunes(7);
  assert.equal(await misfortunes(7), first);
  const others = [await misfortunes(8), await misfortunes(9), await misfortunes(10)];
  assert.ok(others.some((other) => other !== first), 'another seed, other faults');
});
