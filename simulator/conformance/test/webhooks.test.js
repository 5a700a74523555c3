// Every webhook, as an app gets it: signed as the SDK expects, with the documented parameters.
// `lib/app.js` checks signature and parameters of each; here every kind of it is provoked.
import assert from 'node:assert/strict';
import test, { after, before, beforeEach } from 'node:test';
import { KINDS } from '../lib/params.js';
import { ANN, BOB, CAROL, DAVE, OFFICE, sleep, Stage, until } from '../lib/stage.js';

let s;
let all = [];
before(async () => {
  s = await Stage.start();
  await s.number(OFFICE, '/voice', { statusCallback: `${s.app.url}/over` });
  s.app.on('/over', '');
  s.app.on('/status', '');
  s.app.on('/recording', '');
});
beforeEach(() => {
  all.push(...s.app.hits.splice(0));
});
after(() => s.stop());

const by = (path) => s.app.at(path).map((hit) => hit.params);

test('voice: who calls whom, and the call’s end to the number’s status callback', async () => {
  s.app.on('/voice', '<Say>Hello</Say>');
  const { sid } = await s.conversation(ANN, [], OFFICE, { caller_name: 'ANN LEE', forwarded_from: BOB });
  const [asked] = by('/voice');
  assert.deepEqual([asked.CallSid, asked.AccountSid, asked.From, asked.To, asked.CallStatus, asked.Direction], [sid, s.accountSid, ANN, OFFICE, 'ringing', 'inbound']);
  assert.deepEqual([asked.CallerName, asked.ForwardedFrom, asked.FromCountry, asked.ToCountry], ['ANN LEE', BOB, 'US', 'US']);
  const [over] = await until('the callback', () => by('/over').length && by('/over'));
  assert.deepEqual([over.CallStatus, over.CallSid, over.CallbackSource], ['completed', sid, 'call-progress-events']);
  assert.equal(Number(over.Duration), Math.ceil(Number(over.CallDuration) / 60));
});

for (const from of ['anonymous', 'restricted', '+266696687']) {
  test(`a caller without a number is ${from}`, async () => {
    s.app.on('/voice', '<Say>Hello</Say>');
    await s.conversation(from);
    assert.equal(by('/voice')[0].From, from);
  });
}

test('gather: keys, by POST and GET, at relative URLs, with and without the finishing key', async () => {
  s.app.on('/voice', '<Gather action="deep/keys?menu=1" numDigits="2"><Say>Two keys</Say></Gather>');
  s.app.on('/deep/keys', '<Gather action="more" method="GET"><Say>Some keys</Say></Gather>', { query: ['menu'] });
  s.app.on('/deep/more', '<Gather action="/empty" actionOnEmptyResult="true" timeout="1"><Say>Nothing</Say></Gather>');
  s.app.on('/empty', '<Say>Bye</Say>');
  await s.conversation(ANN, [{ wait_for: 'two keys' }, { press: '12' }, { wait_for: 'some keys' }, { press: '345#' }, { wait_for: 'bye' }]);
  assert.deepEqual(by('/deep/keys').map((it) => it.Digits), ['12']);
  assert.deepEqual(s.app.at('/deep/more').map((hit) => [hit.method, hit.params.Digits, hit.params.FinishedOnKey]), [['GET', '345', '#']]);
  assert.deepEqual(by('/empty').map((it) => it.Digits), ['']);
});

test('gather: speech, to its end', async () => {
  s.app.on('/voice', '<Gather input="speech dtmf" action="/said" speechTimeout="2"><Say>Speak</Say></Gather>');
  s.app.on('/said', '<Say>Bye</Say>');
  await s.conversation(ANN, [{ wait_for: 'speak' }, { speak: { text: 'sales' } }, { wait_ms: 1000 }, { speak: { text: 'please' } }, { wait_for: 'bye' }]);
  assert.deepEqual(by('/said').map((it) => it.SpeechResult), ['sales please']);
});

test('record: action and recording callbacks, and the caller who hangs up', async () => {
  s.app.on('/voice', '<Record action="/recorded" recordingStatusCallback="/recording" recordingStatusCallbackEvent="in-progress completed absent"/>');
  s.app.on('/recorded', '<Say>Thanks</Say>');
  await s.conversation(ANN, [{ wait_for: 'beep' }, { speak: { seconds: 3 } }, { press: '#' }, { wait_for: 'thanks' }]);
  await s.conversation(BOB, [{ wait_for: 'beep' }, { speak: { seconds: 1 } }, { hang_up: true }]);
  await s.conversation(CAROL, [{ wait_for: 'beep' }, { hang_up: true }]);
  await until('all callbacks', () => by('/recording').length >= 6 && by('/recorded').length >= 3);
  assert.deepEqual(by('/recorded').map((it) => [it.From, it.Digits, it.RecordingDuration]), [[ANN, '#', '3'], [BOB, 'hangup', '1'], [CAROL, 'hangup', '0']]);
  const told = (sid) => by('/recording').filter((it) => it.CallSid === sid).map((it) => it.RecordingStatus);
  const sids = by('/recorded').map((it) => it.CallSid);
  assert.deepEqual(sids.map(told), [['in-progress', 'completed'], ['in-progress', 'completed'], ['in-progress', 'completed']]);
});

test('dial: every way that it ends', async () => {
  s.app.on('/dialled', '<Say>Over</Say>');
  const ways = [
    ['answer', [{ wait_ms: 3000 }, { hang_up: true }], 'completed', 'true'],
    ['busy', undefined, 'busy', 'false'],
    ['no-answer', undefined, 'no-answer', 'false'],
    ['decline', undefined, 'busy', 'false'],
    ['unreachable', undefined, 'failed', 'false'],
    ['carrier-voicemail', undefined, 'completed', 'true'],
  ];
  s.app.on('/voice', `<Dial action="/dialled" timeout="20" timeLimit="10" record="record-from-answer" recordingStatusCallback="/recording"><Number statusCallback="/status" statusCallbackEvent="initiated ringing answered completed">${BOB}</Number></Dial>`);
  for (const [on_call, script, status, bridged] of ways) {
    await s.behave(BOB, on_call, script, 1000);
    await s.conversation(ANN, []);
    const action = by('/dialled').at(-1);
    assert.deepEqual([action.DialCallStatus, action.DialBridged], [status, bridged], on_call);
    assert.equal('DialCallDuration' in action, status === 'completed', on_call);
    assert.match(action.DialCallSid, /^CA/);
  }
});

test('child calls: status callbacks with their parent, in order', async () => {
  s.app.on('/voice', `<Dial><Number statusCallback="/status" statusCallbackEvent="initiated ringing answered completed">${BOB}</Number></Dial>`);
  await s.behave(BOB, 'answer', [{ hang_up: true }]);
  const { sid } = await s.conversation(ANN);
  await until('four callbacks', () => by('/status').length === 4);
  assert.deepEqual(by('/status').map((it) => [it.CallStatus, it.SequenceNumber, it.Direction]), ['initiated', 'ringing', 'in-progress', 'completed'].map((status, index) => [status, String(index), 'outbound-dial']));
  assert.ok(by('/status').every((it) => it.ParentCallSid === sid && it.From === ANN && it.To === BOB));
});

test('whisper: the called party’s document, and the caller who waits unanswered', async () => {
  s.app.on('/voice', `<Dial answerOnBridge="true" action="/dialled"><Number url="/whisper">${BOB}</Number></Dial>`);
  s.app.on('/whisper', '<Gather action="/accept" numDigits="1"><Say>Press 1</Say></Gather><Hangup/>');
  s.app.on('/accept', '');
  s.app.on('/dialled', '<Hangup/>');
  await s.behave(BOB, 'answer', [{ wait_for: 'press 1' }, { press: '1' }, { wait_for: 'connected' }, { wait_ms: 2000 }, { hang_up: true }]);
  await s.conversation(ANN, [{ wait_for: 'connected' }]);
  assert.deepEqual([by('/whisper')[0].To, by('/whisper')[0].Direction, by('/accept')[0].Digits], [BOB, 'outbound-dial', '1']);
  assert.equal(by('/dialled')[0].DialBridged, 'true');
});

test('calls by REST: all that is told of them', async () => {
  s.app.on('/outgoing', '<Say>Hello</Say>');
  await s.behave(DAVE, 'carrier-voicemail');
  const events = { statusCallback: `${s.app.url}/status`, statusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'] };
  const { sid } = await s.client.calls.create({ from: OFFICE, to: DAVE, url: `${s.app.url}/outgoing`, machineDetection: 'Enable', record: true, recordingStatusCallback: `${s.app.url}/recording`, ...events });
  await s.ended(sid);
  await until('four callbacks', () => by('/status').length === 4);
  assert.match(by('/outgoing')[0].AnsweredBy, /^machine/);
  assert.deepEqual(by('/status').map((it) => it.CallStatus), ['initiated', 'ringing', 'in-progress', 'completed']);
  await s.behave(DAVE, 'no-answer');
  const quiet = await s.client.calls.create({ from: OFFICE, to: DAVE, url: `${s.app.url}/outgoing`, timeout: 10, ...events });
  assert.equal((await s.ended(quiet.sid)).status, 'no-answer');
  await until('its callbacks', () => by('/status').length === 7);
  assert.deepEqual([by('/status').at(-1).CallStatus, by('/status').at(-1).CallDuration], ['no-answer', '0']);
});

test('conference: each of its events, to the first participant’s URL alone', async () => {
  const events = 'start end join leave mute hold modify speaker announcement';
  s.app.on('/voice', (hit) => {
    const to = hit.params.From === ANN ? `statusCallback="/events" statusCallbackEvent="${events}"` : 'statusCallback="/ignored" statusCallbackEvent="join"';
    return `<Dial action="/left"><Conference participantLabel="${hit.params.From}" waitUrl="/music" record="record-from-start" recordingStatusCallback="/recording" ${to}>Room 1</Conference></Dial>`;
  });
  s.app.on('/events', '');
  s.app.on('/left', '<Hangup/>');
  s.app.on('/music', '<Say>Please wait</Say>');
  s.app.on('/announce', '<Say>Hello</Say>');
  s.app.on('/bad', '<Dial>');
  const ann = await s.call(ANN, [{ wait_for: 'connected' }, { speak: { seconds: 2 } }, { wait_for: 'hello' }]);
  await until('the first', () => by('/events').length === 1);
  const bob = await s.call(BOB, []);
  const [conference] = await until('the start', async () => {
    const found = await s.client.conferences.list({ status: 'in-progress' });
    return found.length && found;
  });
  const { participants } = s.client.conferences(conference.sid);
  await participants(BOB).update({ muted: true });
  await participants(BOB).update({ muted: false, hold: true });
  await participants(BOB).update({ hold: false, endConferenceOnExit: true });
  await participants(ANN).update({ announceUrl: `${s.app.url}/announce` });
  await s.client.conferences(conference.sid).update({ announceUrl: `${s.app.url}/announce` });
  await s.client.conferences(conference.sid).update({ announceUrl: `${s.app.url}/bad` });
  const named = (name) => by('/events').filter((it) => it.StatusCallbackEvent === name);
  await until('the announcements', () => named('announcement-end').length === 2 && named('announcement-fail').length === 1 && named('participant-speech-stop').length === 1);
  await participants(BOB).remove();
  for (const sid of [ann, bob]) await s.ended(sid);
  const [end] = await until('the end', () => named('conference-end').length && named('conference-end'));
  assert.deepEqual([end.ReasonConferenceEnded, end.CallSidEndingConference, end.ParticipantLabelEndingConference], ['participant-with-end-conference-on-exit-kicked', bob, BOB]);
  const told = by('/events').map((it) => it.StatusCallbackEvent);
  for (const name of ['conference-start', 'participant-mute', 'participant-unmute', 'participant-hold', 'participant-unhold', 'participant-modify', 'participant-speech-start']) assert.equal(told.filter((it) => it === name).length, 1, name);
  assert.deepEqual(by('/events').map((it) => Number(it.SequenceNumber)), told.map((_, index) => index + 1));
  assert.deepEqual(named('participant-leave').map((it) => [it.CallSid, it.ReasonParticipantLeft]), [[bob, 'participant_updated_via_api'], [ann, 'moderator_ended_conference']]);
  assert.deepEqual(s.app.at('/ignored'), []);
  const left = await until('both actions', () => by('/left').length === 2 && by('/left'));
  assert.ok(left.every((it) => it.DialCallStatus === 'answered' && !('DialCallSid' in it)));
  await until('the recording', () => by('/recording').length === 1);
});

test('contact centre: assignments, events, and what a caller’s app is told', async () => {
  const events = { eventCallbackUrl: `${s.app.url}/task-events` };
  const json = (body) => (hit, response) => void response.writeHead(200, { 'Content-Type': 'application/json' }).end(body);
  s.app.on('/task-events', '');
  s.app.on('/agent-status', '');
  s.app.on('/assignment', json(JSON.stringify({ instruction: 'dequeue', status_callback_url: `${s.app.url}/agent-status` })));
  const workspace = s.client.taskrouter.v1.workspaces((await s.client.taskrouter.v1.workspaces.create({ friendlyName: 'Centre', ...events })).sid);
  await workspace.update({ friendlyName: 'The centre' });
  const activity = await workspace.activities.create({ friendlyName: 'Notes' });
  const queue = await workspace.taskQueues.create({ friendlyName: 'Everybody', targetWorkers: '1==1' });
  const configuration = JSON.stringify({ task_routing: { default_filter: { queue: queue.sid } } });
  const workflow = await workspace.workflows.create({ friendlyName: 'Calls', configuration, assignmentCallbackUrl: `${s.app.url}/assignment` });
  const [available] = await workspace.activities.list({ available: 'true' });
  const worker = await workspace.workers.create({ friendlyName: 'Ada', activitySid: available.sid, attributes: JSON.stringify({ contact_uri: BOB }) });
  await s.behave(BOB, 'answer', [{ wait_for: 'connected' }, { wait_ms: 2000 }, { hang_up: true }]);
  s.app.on('/voice', `<Enqueue workflowSid="${workflow.sid}" waitUrl="/wait" action="/enqueued"><Task>{"topic":"sales"}</Task></Enqueue>`);
  s.app.on('/wait', '<Play>/music.mp3</Play><Redirect/>');
  s.app.on('/enqueued', '<Hangup/>');
  await s.conversation(ANN, [{ wait_for: 'connected' }]);
  assert.deepEqual([by('/enqueued')[0].QueueResult, by('/wait')[0].QueuePosition], ['bridged', '1']);
  assert.deepEqual([by('/assignment')[0].WorkerSid, by('/assignment')[0].WorkflowSid], [worker.sid, workflow.sid]);
  await until('the agent’s callback', () => by('/agent-status').length === 1);
  assert.equal(by('/agent-status')[0].taskCallSid, by('/voice')[0].CallSid);
  const told = (type) => by('/task-events').filter((it) => it.EventType === type);
  const [wrapup] = await until('the wrap-up', () => told('task.wrapup').length && told('task.wrapup'));
  await workspace.tasks(wrapup.TaskSid).update({ assignmentStatus: 'completed', reason: 'done' });
  // Nobody picks up, and that is a failure at once.
  await s.control('PUT', 'settings', { unanswered_dequeue: 'fails' });
  await s.behave(BOB, 'busy');
  const bob = await s.call(DAVE);
  await until('the failure', () => told('reservation.failed').length === 1);
  await s.client.calls(bob).update({ status: 'completed' });
  await until('the end', () => told('task.canceled').length === 1);
  assert.equal(told('task.canceled')[0].TaskCanceledReason, 'hangup');
  assert.deepEqual(told('worker.activity.update').map((it) => [it.WorkerPreviousActivityName, it.WorkerActivityName]), [['Available', 'Offline']]);
  await s.control('PUT', 'settings', {});
  assert.ok(activity.sid);
});

test('queue: what the caller’s app is told before the meeting', async () => {
  s.app.on('/voice', '<Enqueue waitUrl="">support</Enqueue>');
  s.app.on('/hello', '<Say>An agent comes</Say>');
  await s.behave(BOB, 'answer', [{ wait_for: 'connected' }, { hang_up: true }]);
  const ann = await s.call(ANN);
  await until('the caller', async () => (await s.client.queues.list()).some((it) => it.friendlyName === 'support' && it.currentSize === 1));
  const twiml = `<Response><Dial><Queue url="${s.app.url}/hello">support</Queue></Dial></Response>`;
  const { sid } = await s.client.calls.create({ from: OFFICE, to: BOB, twiml });
  await s.ended(ann);
  assert.equal(by('/hello')[0].DequeingCallSid, sid);
});

test('fallback: another URL is told why, and retries share their token', async () => {
  s.app.on('/bad', (hit, response) => void response.writeHead(503).end());
  s.app.on('/fallback', '<Say>Second choice</Say>');
  const own = '+15005550101';
  await s.number(own, '/bad?x=1#rc=2&rp=5xx', { voiceFallbackUrl: `${s.app.url}/fallback` });
  s.app.answers.get('/bad').query = ['x'];
  const { heard, warnings } = await s.conversation(ANN, [], own);
  assert.deepEqual([heard, warnings], [['Second choice'], [11200]]);
  assert.equal(s.app.at('/bad').length, 3);
  assert.equal(new Set(s.app.at('/bad').map((hit) => hit.headers['i-twilio-idempotency-token'])).size, 1);
  assert.deepEqual([by('/fallback')[0].ErrorCode, by('/fallback')[0].ErrorUrl.split('#')[0]], ['11200', `${s.app.url}/bad?x=1`]);
});

test('every kind of webhook was sent', async () => {
  await sleep(50);
  all.push(...s.app.hits);
  const kinds = Object.keys(KINDS).map((kind) => [kind, all.filter((hit) => hit.kind === kind).length]);
  console.table(Object.fromEntries(kinds.map(([kind, sent]) => [kind, { sent }])));
  assert.deepEqual(kinds.filter(([, sent]) => sent === 0), []);
  assert.deepEqual(s.app.problems, []);
});
