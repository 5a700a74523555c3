// Classic TwiML apps, each driven through the control API to its end, and judged by transcript.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test, { after, before } from 'node:test';
import * as blocklist from '../apps/blocklist.js';
import * as forward from '../apps/forward.js';
import * as menu from '../apps/menu.js';
import { findMe, simultaneous } from '../apps/ring.js';
import { ANN, BOB, CAROL, DAVE, Stage, until } from '../lib/stage.js';

let s;
before(async () => { s = await Stage.start(); });
after(() => s.stop());

let apps = 0;

/** Gives an app, in the form of Twilio Functions, a number and a part of the web server. */
async function install(handlers, context = {}) {
  const phoneNumber = `+1500555030${apps += 1}`;
  for (const [path, handler] of Object.entries(handlers)) {
    s.app.on(path, ({ params, url }) => new Promise((resolve, reject) => {
      const event = { ...Object.fromEntries(new URL(url, s.app.url).searchParams), ...params };
      handler(context, event, (error, response) => (error ? reject(error) : resolve(response)));
    }), { query: ['menu', 'next'] });
  }
  return (await s.number(phoneNumber, '/voice')).phoneNumber;
}

/** The call took its documents without any complaint. */
function flawless(talk) {
  assert.deepEqual(talk.warnings, []);
  return talk.heard;
}

test('menu: into a submenu, back, a wrong key, and through to a person', async () => {
  const office = await install(menu.handlers, { DESK: BOB });
  await s.behave(BOB, 'answer', [{ wait_for: 'connected' }, { speak: { text: 'Desk, good morning' } }, { hang_up: true }], 2000);
  const main = 'Welcome. For opening hours press 1. For departments press 2. To talk to us press 0.';
  const departments = 'For sales press 1. For support press 2. To go back press star.';
  const talk = await s.conversation(ANN, [
    { wait_for: 'welcome' }, { press: '7' }, { wait_for: 'not one of the choices' }, { wait_for: 'departments press 2' }, { press: '2' },
    { wait_for: 'for sales' }, { press: '*' }, { wait_for: 'welcome' }, { press: '2' }, { wait_for: 'for support' }, { press: '2' },
    { wait_for: 'reached support' }, { wait_for: 'opening hours' }, { press: '0' }, { wait_for: 'desk, good morning' },
  ], office);
  assert.deepEqual(flawless(talk), [
    main, 'That is not one of the choices.', main, departments, main, departments, 'You have reached support.', main, 'One moment please.',
    'connected', 'Desk, good morning',
  ]);
});

test('menu: who presses nothing hears goodbye', async () => {
  const office = await install(menu.handlers);
  const heard = flawless(await s.conversation(ANN, [], office));
  assert.equal(heard.at(-1), 'Goodbye.');
});

test('forwarding with whisper: accepted, refused, and not answered', async () => {
  const office = await install(forward.handlers, { OWNER: BOB });
  await s.behave(BOB, 'answer', [{ wait_for: 'press 1' }, { press: '1' }, { wait_for: 'connected' }, { speak: { text: 'Bob here' } }, { hang_up: true }], 1000);
  assert.deepEqual(flawless(await s.conversation(ANN, [{ wait_for: 'bob here' }], office)), ['connected', 'Bob here']);
  const whisper = `A call on ${office}. Press 1 to take it.`;
  assert.equal((await s.heardBy(BOB))[0], whisper, 'the caller ID is the number that was called');

  await s.behave(BOB, 'answer', [{ wait_for: 'press 1' }, { press: '2' }]);
  assert.deepEqual(flawless(await s.conversation(ANN, [], office)), ['Sorry, nobody is available.']);
  assert.deepEqual(await s.heardBy(BOB), [whisper]);

  await s.behave(BOB, 'carrier-voicemail');
  assert.deepEqual(flawless(await s.conversation(ANN, [], office)), ['Sorry, nobody is available.'], 'a machine presses no key');
  await s.behave(BOB, 'no-answer');
  assert.deepEqual(flawless(await s.conversation(ANN, [], office)), ['Sorry, nobody is available.']);
});

test('simultaneous ring: the first who answers, and nobody', async () => {
  const office = await install(simultaneous, { NUMBERS: [BOB, CAROL, DAVE] });
  await s.behave(BOB, 'no-answer');
  await s.behave(CAROL, 'answer', [{ speak: { text: 'Carol here' } }, { wait_ms: 1000 }, { hang_up: true }], 4000);
  await s.behave(DAVE, 'ring');
  const talk = await s.conversation(ANN, [{ wait_for: 'carol here' }], office);
  assert.deepEqual(flawless(talk), ['connected', 'Carol here']);
  const children = await s.client.calls.list({ parentCallSid: talk.sid });
  assert.deepEqual(Object.fromEntries(children.map((it) => [it.to, it.status])), { [BOB]: 'canceled', [CAROL]: 'completed', [DAVE]: 'canceled' });

  await s.behave(BOB, 'busy');
  await s.behave(CAROL, 'unreachable');
  await s.behave(DAVE, 'no-answer');
  assert.deepEqual(flawless(await s.conversation(ANN, [], office)), ['Nobody answered.']);
});

test('find-me: one number after another', async () => {
  const office = await install(findMe, { NUMBERS: [BOB, CAROL, DAVE] });
  await s.behave(BOB, 'no-answer');
  await s.behave(CAROL, 'busy');
  await s.behave(DAVE, 'answer', [{ wait_for: 'connected' }, { speak: { text: 'Dave here' } }, { hang_up: true }]);
  const tries = ['Trying number 1.', 'Trying number 2.', 'Trying number 3.'];
  assert.deepEqual(flawless(await s.conversation(ANN, [{ wait_for: 'dave here' }], office)), [...tries, 'connected', 'Dave here']);
  await s.behave(DAVE, 'decline');
  assert.deepEqual(flawless(await s.conversation(ANN, [], office)), [...tries, 'We could not find anybody. Goodbye.']);
});

test('voicemail: plain files; silence asks again, and the file holds what was spoken', async () => {
  const folder = path.resolve(import.meta.dirname, '../apps/voicemail');
  for (const file of fs.readdirSync(folder)) s.app.on(`/voicemail/${file}`, fs.readFileSync(path.join(folder, file), 'utf8'));
  const { phoneNumber } = await s.number('+15005550399', '/voicemail/voice.xml', { voiceMethod: 'GET' });
  const greeting = 'Nobody can come to the phone. Please leave a message after the beep.';
  const talk = await s.conversation(ANN, [
    { wait_for: 'did not hear' }, { wait_for: 'beep' }, { wait_for: 'beep' }, { speak: { seconds: 4 } }, { press: '#' }, { wait_for: 'goodbye' },
  ], phoneNumber);
  assert.deepEqual(flawless(talk), [greeting, 'beep', 'I did not hear anything.', greeting, 'beep', 'Thank you. Goodbye.']);
  const [recording] = await until('the file', async () => {
    const found = await s.client.recordings.list({ callSid: talk.sid });
    return found[0]?.status === 'completed' && found;
  });
  assert.equal(recording.duration, '4');
  const auth = Buffer.from(`${s.accountSid}:${s.authToken}`).toString('base64');
  const media = await fetch(`${recording.mediaUrl}.wav`, { headers: { authorization: `Basic ${auth}` } });
  assert.equal((await media.arrayBuffer()).byteLength, 44 + 4 * 8000 * 2);
});

test('blocklist: busy for some, not in service for the anonymous, and the rest get through unbilled until then', async () => {
  const office = await install(blocklist.handlers, { BLOCKED: [CAROL] });
  assert.deepEqual(flawless(await s.conversation(ANN, [], office)), ['Welcome, friend.']);
  const blocked = await s.conversation(CAROL, [], office);
  assert.deepEqual([flawless(blocked), blocked.call.status], [['busy'], 'busy']);
  const hidden = await s.conversation('anonymous', [], office);
  assert.deepEqual([flawless(hidden), hidden.call.status], [['not in service'], 'no-answer']);
});
