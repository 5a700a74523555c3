// The official client calls every route; every answer is held against Twilio's OpenAPI files.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { answered, coverage } from '../lib/coverage.js';
import { Stage } from '../lib/stage.js';
import { errors, operations } from '../operations.js';

let s;
before(async () => {
  s = await Stage.start();
  s.made = {};
  // What is made here is removed at once, started or not.
  await s.control('PUT', 'settings', { fresh_deletion: 'allowed', unstarted_conference: 'can-be-ended' });
  s.app.on('/status', '');
  s.app.on('/recording', '');
  const authorization = `Basic ${Buffer.from(`${s.accountSid}:${s.authToken}`).toString('base64')}`;
  s.get = (path) => fetch(s.recorder.url + path, { headers: { authorization } });
  s.withFaults = async (faults, work) => {
    await s.control('PUT', 'faults', faults);
    try {
      return await work();
    } finally {
      await s.control('PUT', 'faults', {});
    }
  };
});
after(() => s.stop());

for (const [file, id, call] of operations) {
  test(id, async () => {
    await call(s);
    const own = s.recorder.exchanges.filter((it) => it.operation?.id === id && it.operation.file === file);
    assert.ok(own.some((it) => it.answer.status < 400), `${id} was not called`);
    assert.deepEqual(own.flatMap((it) => it.problems), []);
  });
}

for (const [id, status, code, call] of errors) {
  test(`${id} refuses with ${status} and ${code}`, async () => {
    const error = await call(s).then(() => assert.fail('it was answered'), (error) => error);
    assert.deepEqual([error.status, error.code], [status, code], error.stack);
    const last = s.recorder.exchanges.at(-1);
    assert.equal(last.operation?.id, id);
    assert.deepEqual(last.problems, []);
  });
}

test('a lost answer is a broken connection, and the work is done', async () => {
  const before = (await s.client.incomingPhoneNumbers.list()).length;
  const create = () => s.client.incomingPhoneNumbers.create({ phoneNumber: '+15005550177' });
  await assert.rejects(s.withFaults({ rest_accept_then_disconnect: 1 }, create), /socket hang up|ECONNRESET/);
  assert.equal((await s.client.incomingPhoneNumbers.list()).length, before + 1);
});

test('an API key opens the API as the auth token does', async () => {
  const sid = `SK${'1'.repeat(32)}`;
  const own = s.sdk(sid, 'hush');
  await assert.rejects(own.messages.list(), (error) => error.status === 401 && error.code === 20003);
  await s.control('POST', 'api-keys', { sid, secret: 'hush' });
  assert.ok((await own.messages.list()).length > 0);
});

test('every operation that is answered was exercised, and no shape is rejected', async () => {
  const answering = await answered(s);
  const { rows, missed } = coverage(s.api, answering, s.recorder.exchanges);
  console.table(rows);
  assert.deepEqual(missed, [], 'answered, but not in operations.js');
  assert.deepEqual(s.recorder.problems(), []);
});
