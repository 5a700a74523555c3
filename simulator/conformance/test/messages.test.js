// Texts, as an app and the people with the phones get them. `lib/app.js` checks each webhook's
// signature and parameters; here every kind of it is provoked.
import assert from 'node:assert/strict';
import test, { after, before, beforeEach } from 'node:test';
import { handlers } from '../apps/texting.js';
import { MESSAGE_KINDS } from '../lib/params.js';
import { ANN, BOB, CAROL, OFFICE, sleep, Stage, until } from '../lib/stage.js';
import { elements } from '../lib/twiml-types.js';

let s;
const all = [];
before(async () => {
  s = await Stage.start();
  await s.number(OFFICE, '/voice', { smsUrl: `${s.app.url}/sms`, smsFallbackUrl: `${s.app.url}/fallback` });
  s.app.on('/status', '');
});
beforeEach(() => {
  all.push(...s.app.hits.splice(0));
});
after(() => s.stop());

const by = (path) => s.app.at(path).map((hit) => hit.params);
const send = (more) => s.client.messages.create({ from: OFFICE, to: BOB, body: 'Hello', statusCallback: `${s.app.url}/status`, ...more });

test('a text by REST: sent, then delivered, in the words of the SDK', async () => {
  const { sid, status, dateSent } = await send();
  assert.deepEqual([status, dateSent], ['queued', null]);
  await until('two callbacks', () => by('/status').length === 2);
  assert.deepEqual(by('/status').map((it) => [it.MessageSid, it.MessageStatus]), [[sid, 'sent'], [sid, 'delivered']]);
  const message = await s.client.messages(sid).fetch();
  assert.ok(message.dateSent instanceof Date);
  assert.deepEqual([message.status, message.numSegments, message.numMedia, message.errorCode, message.errorMessage], ['delivered', '1', '0', null, null]);
});

test('a text that does not arrive: why', async () => {
  for (const [on_message, code] of [['unreachable', 30003], ['unknown', 30005], ['landline', 30006], ['filtered', 30007]]) {
    await s.onMessage(CAROL, on_message);
    const { sid } = await send({ to: CAROL });
    const over = await s.settled(sid);
    assert.deepEqual([over.status, over.errorCode], ['undelivered', code], on_message);
    await until('its last callback', () => by('/status').at(-1)?.ErrorCode === String(code));
    assert.equal(by('/status').at(-1).MessageStatus, 'undelivered');
  }
  await s.onMessage(CAROL, 'deliver');
});

test('a shop that is texted: a stock app with every verb', async () => {
  const context = { KITCHEN: CAROL, MENU: `${s.app.url}/menu.png` };
  for (const [path, handler] of Object.entries(handlers)) {
    s.app.on(path, ({ params }) => new Promise((resolve, reject) => handler(context, params, (error, response) => (error ? reject(error) : resolve(response)))));
  }
  s.app.on('/menu.png', (hit, response) => void response.writeHead(200, { 'Content-Type': 'image/png' }).end('PNG'), { file: true });
  const texts = async (body, media) => {
    const before = (await s.textsOn(ANN)).length;
    await s.text(ANN, body, OFFICE, media);
    return async () => (await until(`an answer to ${body}`, async () => {
      const now = await s.textsOn(ANN);
      return now.length > before && now;
    })).at(-1);
  };
  assert.equal((await (await texts('Hours'))()).body, 'We are open from 9 to 5.');
  const menu = await (await texts('menu'))();
  assert.deepEqual([menu.body, menu.media[0].content_type], ['Our menu:', 'image/png']);
  assert.equal((await (await texts('Order two cakes'))()).body, 'It is being made.');
  assert.equal((await s.textsOn(CAROL)).at(-1).body, `For ${ANN}: two cakes`);
  assert.match((await (await texts('', [{}, { content_type: 'image/gif', base64: 'R0lGODlh' }]))()).body, /2 picture\(s\), the first is image\/png/);
  await texts('thanks');
  await until('the last question', () => by('/sms').length === 5);
  assert.deepEqual((await s.messageWarnings()), []);
});

test('the media of an inbound text: by its URL, with credentials, and by the SDK', async () => {
  s.app.on('/sms', '');
  await s.text(ANN, 'Look', OFFICE, [{ content_type: 'image/gif', base64: 'R0lGODlh' }]);
  const [asked] = await until('the webhook', () => by('/sms').length && by('/sms'));
  const authorization = `Basic ${Buffer.from(`${s.accountSid}:${s.authToken}`).toString('base64')}`;
  assert.equal((await fetch(asked.MediaUrl0)).status, 401);
  const answer = await fetch(asked.MediaUrl0, { headers: { authorization } });
  assert.deepEqual([answer.headers.get('content-type'), await answer.text()], ['image/gif', 'GIF89a']);
  const [medium] = await s.client.messages(asked.MessageSid).media.list();
  assert.ok(asked.MediaUrl0.endsWith(medium.sid));
});

test('STOP, START, HELP: Twilio answers, refuses, and tells the app', async () => {
  s.app.on('/sms', '');
  await s.text(ANN, 'Stop');
  await until('the confirmation', async () => (await s.textsOn(ANN)).at(-1)?.body.startsWith('You have successfully been unsubscribed.'));
  await assert.rejects(send({ to: ANN }), (error) => error.status === 400 && error.code === 21610);
  await s.control('PUT', 'settings', { opt_out: 'advanced' });
  await s.text(ANN, 'Start');
  await s.text(ANN, 'Help');
  await until('three webhooks', () => by('/sms').length === 3);
  assert.deepEqual(by('/sms').map((it) => it.OptOutType), [undefined, 'START', 'HELP']);
  await send({ to: ANN });
  await s.control('PUT', 'settings', { opt_out: 'off' });
  await s.text(ANN, 'STOP');
  await send({ to: ANN });
  await s.control('PUT', 'settings', {});
});

test('an app that fails: the fallback is told why', async () => {
  s.app.on('/sms', (hit, response) => void response.writeHead(503).end());
  s.app.on('/fallback', '<Message>We have your text.</Message>');
  await s.text(ANN, 'Anybody there?');
  await until('the answer', async () => (await s.textsOn(ANN)).at(-1)?.body === 'We have your text.');
  assert.deepEqual([by('/fallback')[0].ErrorCode, by('/fallback')[0].ErrorUrl], ['11200', `${s.app.url}/sms`]);
  assert.ok((await s.messageWarnings()).includes(11200));
});

test('SMS URLs are asked by GET when that is wanted', async () => {
  const own = '+15005550102';
  await s.number(own, '/voice', { smsUrl: `${s.app.url}/get`, smsMethod: 'GET' });
  s.app.on('/get', '');
  await s.text(BOB, 'naïve café & 100% 😀', own);
  const [hit] = await until('the webhook', () => s.app.at('/get').length && s.app.at('/get'));
  assert.deepEqual([hit.method, hit.params.Body], ['GET', 'naïve café & 100% 😀']);
});

test('a caller is texted during the call', async () => {
  s.app.on('/voice', '<Sms action="/texted" statusCallback="/status">Your ticket is 12</Sms>');
  s.app.on('/texted', '<Say>It is on its way</Say>');
  const { sid, heard, warnings } = await s.conversation(BOB);
  assert.deepEqual([heard, warnings], [['It is on its way'], []]);
  const [{ CallSid, SmsSid }] = by('/texted');
  assert.equal(CallSid, sid);
  assert.equal((await s.settled(SmsSid)).direction, 'outbound-call');
  await until('its callbacks', () => by('/status').length === 2);
});

test('every verb and attribute of MessagingResponse.d.ts is carried out, and nothing else', async () => {
  const all = elements((parameter) => (/url/i.test(parameter) ? `${s.app.url}/over` : 'hello'), 'MessagingResponse');
  assert.deepEqual(all.map((it) => it.key).sort(), ['Message', 'Message>Body', 'Message>Media', 'Redirect']);
  const good = { to: CAROL, from: OFFICE, action: `${s.app.url}/over`, statusCallback: `${s.app.url}/over`, method: 'GET' };
  const check = async (what, document, ...expected) => {
    s.app.on('/sms', document);
    await s.messageWarnings();
    const before = s.app.at('/sms').length;
    await s.text(BOB, 'Hello');
    await until('the question', () => s.app.at('/sms').length > before);
    const codes = [];
    await until(`${expected.length} warnings of ${what}`, async () => {
      await sleep(20);
      codes.push(...await s.messageWarnings());
      return codes.length >= expected.length;
    });
    assert.deepEqual(codes, expected, what);
  };
  s.app.on('/over', '');
  s.app.on('/cat.gif', (hit, response) => void response.writeHead(200, { 'Content-Type': 'image/gif' }).end('GIF89a'), { file: true });
  for (const { key, name: element, attributes, build } of all) {
    const document = (values) => String(build(values)).replace(/<Media>[^<]+/, `<Media>${s.app.url}/cat.gif`);
    await check(key, document(Object.fromEntries(attributes.map(({ name }) => [name, good[name]]))));
    for (const { name } of attributes.filter((it) => it.name !== 'action' && it.name !== 'statusCallback')) {
      await check(`${key}.${name}`, document({ [name]: 'nonsense' }), { to: 14101, from: 14102, method: 12200 }[name]);
    }
    await check(`${key}.surprise`, document().replace(`<${element}`, `<${element} surprise="1"`), 12200);
  }
});

test('every kind of webhook about texts was sent', async () => {
  const kinds = Object.keys(MESSAGE_KINDS).map((kind) => [kind, all.filter((hit) => hit.kind === kind).length]);
  console.table(Object.fromEntries(kinds.map(([kind, sent]) => [kind, { sent }])));
  assert.deepEqual(kinds.filter(([, sent]) => sent === 0), []);
  assert.deepEqual(s.app.problems, []);
});
