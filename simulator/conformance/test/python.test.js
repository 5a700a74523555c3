// A second, independent SDK: Twilio's for Python. Its requests and answers go by the recorder too.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { promisify } from 'node:util';
import { BOB, CAROL, Stage } from '../lib/stage.js';
import { python } from '../python/install.js';

let s;
before(async () => {
  s = await Stage.start();
  await s.control('PUT', 'settings', { fresh_deletion: 'allowed' });
});
after(() => s.stop());

test('the Python SDK calls, lists, deletes, and accepts every signature', async () => {
  await s.behave(BOB, 'answer', [{ wait_for: 'beep' }, { speak: { seconds: 1 } }]);
  await s.behave(CAROL, 'answer');
  const script = path.resolve(import.meta.dirname, '../python/smoke.py');
  const { stdout } = await promisify(execFile)(python, [script, s.recorder.url, s.accountSid, s.authToken]);
  console.log(stdout.trim());
  assert.ok(s.recorder.exchanges.length > 15);
  assert.deepEqual(s.recorder.problems(), []);
});
