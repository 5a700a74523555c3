// The validator of an app's own REST requests: it reads them in the simulator's log.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { ANN, Stage, until } from '../lib/stage.js';
import { checkLogged, loggedRequests } from '../validate-requests.js';

let s;
before(async () => {
  s = await Stage.start();
  await s.number();
  s.app.on('/voice', '<Record action="/over"/>');
  s.app.on('/over', '<Hangup/>');
});
after(() => s.stop());

/** As an app does: straight to the simulator. */
function rest(method, path, form) {
  const authorization = `Basic ${Buffer.from(`${s.accountSid}:${s.authToken}`).toString('base64')}`;
  return fetch(`${s.url}/2010-04-01/Accounts/${s.accountSid}/${path}`, { method, headers: { authorization }, body: form && new URLSearchParams(form) });
}

/** What the log says of the newest requests. */
async function newest(count) {
  const all = [];
  for await (const request of loggedRequests(s.url, 200)) all.push({ ...request, ...checkLogged(s.api, request) });
  return all.slice(-count);
}

test('what a voicemail app asks for is right: the media, and to delete it', async () => {
  await s.conversation(ANN, [{ wait_for: 'beep' }, { speak: { seconds: 1 } }, { press: '#' }]);
  const [{ sid }] = await until('the file', async () => {
    const found = await s.client.recordings.list();
    return found[0]?.status === 'completed' && found;
  });
  assert.equal((await rest('GET', `Recordings/${sid}.wav`)).status, 200);
  assert.equal((await rest('DELETE', `Recordings/${sid}.json`)).status, 204);
  assert.equal((await rest('DELETE', `Recordings/${sid}.json`)).status, 404);
  const seen = await newest(3);
  assert.deepEqual(seen.map((it) => [it.method, it.operation?.id, it.problems]), [['GET', undefined, []], ['DELETE', 'DeleteRecording', []], ['DELETE', 'DeleteRecording', []]]);
});

test('what Twilio would not take is found, even where the simulator is lenient', async () => {
  await rest('POST', 'Calls.json', { To: ANN, From: '+15005550100', Twiml: '<Response/>', TimeOut: '20' });
  await rest('DELETE', 'Recordings/RE123.json');
  await rest('GET', 'Calls.json?Status=over');
  await rest('POST', 'Calls.json', { To: ANN });
  const wrong = (await newest(4)).map((it) => it.problems.join());
  assert.match(wrong[0], /TimeOut must NOT have additional/);
  assert.match(wrong[1], /Sid must/);
  assert.match(wrong[2], /Status must be equal/);
  assert.match(wrong[3], /required property 'From'.*refused with 400/);
});
