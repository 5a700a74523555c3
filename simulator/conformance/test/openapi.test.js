// The validator itself: it agrees with Twilio's own examples, and it finds what is wrong.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Api } from '../lib/openapi.js';

const api = new Api();
const account = 'AC0123456789abcdef0123456789abcdef';
const operation = (id) => api.operations.find((it) => it.id === id);

/** Twilio's example answers of an operation. */
function examples(of) {
  return Object.entries(of.described.responses).flatMap(([status, { content }]) =>
    Object.values(content?.['application/json']?.examples ?? {}).map(({ value }) => ({ of, status: Number(status), value })));
}

function problems({ of, status, value }) {
  return of.answerProblems(status, 'application/json', Buffer.from(JSON.stringify(value)), false);
}

test('Twilio’s own examples pass, but for those that contradict their own schema', () => {
  const all = api.operations.flatMap(examples);
  const failed = all.filter((example) => problems(example).length);
  console.log(`${all.length} examples in the files, ${failed.length} contradict their own schema`);
  assert.ok(all.length > 300 && failed.length < all.length / 8);
  const used = failed.map((example) => example.of.id).filter((id) => /^\w+(Call|CallRecording|Recording|Message|Conference|Participant|ConferenceRecording)$/.test(id));
  // Their `price` is a number in the schema and a string in the example.
  assert.deepEqual([...new Set(used)].sort(), ['FetchCallRecording', 'ListCallRecording']);
});

test('wrong answers are found', () => {
  const of = operation('FetchCall');
  const [{ value }] = examples(of);
  const found = (change, exact) => of.answerProblems(200, 'application/json', Buffer.from(JSON.stringify({ ...value, ...change })), exact).join();
  assert.match(found({ status: 'initiated' }, false), /status must be equal to one of/);
  assert.match(found({ sid: 'CA1' }, false), /sid must/);
  assert.match(found({ start_time: '2020-01-01T00:00:00Z' }, false), /start_time must match format/);
  assert.match(found({ duration: 5 }, false), /duration must be string,null/);
  assert.match(found({ surprise: 1 }, false), /surprise must NOT have additional/);
  assert.match(found({ uri: undefined }, true), /must have required property 'uri'/);
  assert.match(of.answerProblems(201, 'application/json', Buffer.from('{}')).join(), /status 201 is not listed/);
  assert.match(of.answerProblems(200, 'text/html', Buffer.from('')).join(), /content type text\/html/);
  assert.match(of.answerProblems(404, 'application/json', Buffer.from('{"code":20404}')).join(), /message/);
});

test('wrong requests are found', () => {
  const calls = `/2010-04-01/Accounts/${account}/Calls.json`;
  const found = (body, url = calls, method = 'POST') =>
    api.check({ method, url, body, contentType: 'application/x-www-form-urlencoded' }).problems.join();
  const right = 'To=%2B15005550001&From=%2B15005550100&Url=https%3A%2F%2Fapp.example%2F&Timeout=20&StatusCallbackEvent=ringing&StatusCallbackEvent=answered';
  assert.equal(found(right), '');
  assert.match(found('To=%2B15005550001'), /must have required property 'From'/);
  assert.match(found(`${right}&Tmeout=20`), /Tmeout must NOT have additional/);
  assert.match(found(right.replace('Timeout=20', 'Timeout=soon')), /Timeout must be integer/);
  assert.match(found(right.replace('https%3A%2F%2F', '')), /Url must match format/);
  assert.match(found('', `${calls}?Status=ended`, 'GET'), /Status must be equal/);
  assert.match(found('', calls.replace('Calls', 'Cals'), 'GET'), /in none of the files/);
});
