// Apps that fail: the caller hears so, the log says why with Twilio's code, and the simulator goes on.
import assert from 'node:assert/strict';
import net from 'node:net';
import test, { after, before } from 'node:test';
import { twiml } from '../lib/app.js';
import { ANN, BOB, CAROL, OFFICE, Stage, until } from '../lib/stage.js';

const SORRY = 'We are sorry, an application error has occurred. Goodbye.';
const head = (status, type, body = '') => (hit, response) => void response.writeHead(status, { 'Content-Type': type }).end(body);

/** What the app answers, and Twilio's code for it. */
const BAD = {
  'an HTML page': [12100, head(200, 'text/html', '<!DOCTYPE html><html><body><p>It works!<br></body></html>')],
  'an HTML page that is well-formed': [12100, head(200, 'text/html', '<html><body>It works!</body></html>')],
  'an error page': [11200, head(500, 'text/html', '<h1>Oops</h1>')],
  'not found': [11200, head(404, 'text/plain', 'no')],
  'not allowed': [11200, head(403, 'application/json', '{}')],
  'unavailable': [11200, head(503, 'text/plain')],
  'an empty body': [12100, head(200, 'text/xml')],
  'JSON': [12300, head(200, 'application/json', '{"say":"hello"}')],
  'no content type': [12300, (hit, response) => void response.writeHead(200).end('<Response/>')],
  'XML that is not well-formed': [12100, head(200, 'text/xml', '<Response><Say>Hello</Response>')],
  'an ampersand that is not escaped': [12100, head(200, 'text/xml', '<Response><Say>A & B</Say></Response>')],
  'two roots': [12100, head(200, 'text/xml', '<Response/><Response/>')],
  'another root': [12100, head(200, 'text/xml', '<Reply><Say>Hello</Say></Reply>')],
  'verbs in a verb': [12100, head(200, 'text/xml', '<Response><Say>Hi</Say><Redirect><Say>Hello</Say></Redirect></Response>')],
  'an entity bomb': [12100, head(200, 'text/xml', '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><Response><Say>&b;</Say></Response>')],
  'bytes that are no text': [12100, head(200, 'text/xml', Buffer.from([0, 1, 2, 0xff, 0xfe]))],
  '10 MB': [11750, head(200, 'text/xml', `<Response><Say>${'x'.repeat(10_000_000)}</Say></Response>`)],
  'a connection that is closed': [11200, (hit, response, request) => void request.socket.destroy()],
  'a body that breaks off': [11200, (hit, response, request) => {
    response.writeHead(200, { 'Content-Type': 'text/xml', 'Content-Length': 100 });
    response.write('<Response>', () => request.socket.destroy());
  }],
  'a redirect to itself': [11215, (hit, response) => void response.writeHead(307, { Location: hit.url }).end()],
  'a redirect to nowhere': [11200, (hit, response) => void response.writeHead(302).end()],
  'an answer that never comes': [11205, () => {}],
  'an answer that drips': [11205, (hit, response) => {
    response.writeHead(200, { 'Content-Type': 'text/xml' });
    const drip = setInterval(() => response.write(' '), 300);
    response.on('close', () => clearInterval(drip));
  }],
};

let s;
let next = 200;
const number = async (url, more) => {
  const phoneNumber = `+15005550${next += 1}`;
  await s.client.incomingPhoneNumbers.create({ phoneNumber, voiceUrl: url, ...more });
  return phoneNumber;
};

before(async () => {
  s = await Stage.start({ speed: 20 });
  await s.number(OFFICE, '/good');
  s.app.on('/good', '<Say>All is well</Say>');
});
after(async () => {
  const { heard } = await s.conversation(ANN);
  assert.deepEqual(heard, ['All is well'], 'the simulator goes on');
  await s.stop();
});

/** The caller hears that it failed, and the log names the reason; gives what it says. */
async function fails(to, code) {
  const { sid, heard, warnings, transcript, call } = await s.conversation(ANN, [], to);
  assert.deepEqual([heard, warnings, call.status], [[SORRY], [code], 'completed']);
  const errors = (await s.webhooks()).filter((it) => it.call_sid === sid && it.error);
  const said = transcript.find((it) => it.kind === 'warning').message;
  assert.ok(said.length > 10 && errors.every((it) => it.error.code === code), said);
  return said;
}

test('each way to answer badly', { concurrency: 8 }, async (t) => {
  const cases = Object.entries(BAD).map(([name, [code, give]], index) => t.test(name, async () => {
    s.app.on(`/bad${index}`, give);
    await fails(await number(`${s.app.url}/bad${index}`), code);
  }));
  await Promise.all(cases);
});

test('nobody listens', async () => {
  const server = net.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.on('listening', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  const to = await number(`http://127.0.0.1:${port}/`);
  await fails(to, 11205);
  const tries = (await s.webhooks()).filter((it) => it.params.To === to).map((it) => it.attempt);
  assert.deepEqual(tries, [1, 2], 'a connection that fails is tried once more');
});

test('a host that does not exist', async () => {
  await fails(await number('http://app.invalid/voice'), 11210);
});

test('patience is what the URL asks for', async () => {
  s.app.on('/hangs', () => {});
  const to = await number(`${s.app.url}/hangs#rt=400&rc=2&rp=rt`);
  const start = Date.now();
  await fails(to, 11205);
  assert.ok(Date.now() - start < 5_000);
  assert.equal(s.app.at('/hangs').length, 3);
});

test('a redirect to a good app is followed, and its signature is its own', async () => {
  s.app.on('/moved', (hit, response) => void response.writeHead(302, { Location: '/here?x=1' }).end());
  s.app.on('/here', '<Say>Found</Say>', { unchecked: true });
  assert.deepEqual((await s.conversation(ANN, [], await number(`${s.app.url}/moved`))).heard, ['Found']);
  assert.deepEqual(s.app.at('/here').map((hit) => [hit.method, hit.url]), [['GET', '/here?x=1']]);
});

test('what fails after good TwiML ends the call as well', async () => {
  s.app.on('/first', '<Say>One</Say><Redirect>/second</Redirect><Say>Never</Say>');
  s.app.on('/second', head(500, 'text/plain'));
  const { heard, warnings } = await s.conversation(ANN, [], await number(`${s.app.url}/first`));
  assert.deepEqual([heard, warnings], [['One', SORRY], [11200]]);
});

test('a fallback saves the call; a bad one does not', async () => {
  s.app.on('/down', head(500, 'text/plain'));
  s.app.on('/saved', '<Say>Saved</Say>');
  const saved = await s.conversation(ANN, [], await number(`${s.app.url}/down`, { voiceFallbackUrl: `${s.app.url}/saved` }));
  assert.deepEqual([saved.heard, saved.warnings], [['Saved'], [11200]]);
  const lost = await s.conversation(BOB, [], await number(`${s.app.url}/down`, { voiceFallbackUrl: `${s.app.url}/down` }));
  assert.deepEqual([lost.heard, lost.warnings], [[SORRY], [11200, 11200]]);
});

test('documents that redirect for ever are stopped', async () => {
  s.app.on('/round', '<Redirect/>');
  const { call, warnings } = await s.conversation(CAROL, [], await number(`${s.app.url}/round`));
  assert.deepEqual([call.status, warnings], ['completed', [11215]]);
});

test('status callbacks that fail do not hurt the call, and are in the log', async () => {
  const to = await number(`${s.app.url}/good`, { statusCallback: `${s.app.url}/down` });
  const { sid, heard } = await s.conversation(ANN, [], to);
  assert.deepEqual(heard, ['All is well']);
  await until('the warning', async () => (await s.transcript(sid)).some((it) => it.kind === 'warning' && it.code === 11200));
});

test('a slow answer that comes in time is good', async () => {
  s.app.on('/slow', async (hit, response) => {
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    twiml(response, '<Say>At last</Say>');
  });
  assert.deepEqual((await s.conversation(ANN, [], await number(`${s.app.url}/slow`))).heard, ['At last']);
});
