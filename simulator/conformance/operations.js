// Every operation that the simulator answers, and how the official client calls it. A new route
// joins with a line here: `[file, operationId, call]`, and one below for each error.
//
// `s` is the stage: `s.client` is the SDK; what a step makes and a later one needs is kept in `s.made`.
import assert from 'node:assert/strict';
import * as contactCentre from './contact-centre.js';
import { ANN, BOB, CAROL, DAVE, OFFICE, until } from './lib/stage.js';
import { everyPage } from './lib/paging.js';

const NOBODY = '0'.repeat(32);

/** In order: what an operation answers well. */
export const operations = [
  ['api_v2010', 'CreateIncomingPhoneNumber', async (s) => {
    s.made.number = await s.number(OFFICE, '/voice', { friendlyName: 'Office', statusCallback: `${s.app.url}/status` });
    assert.equal(s.made.number.phoneNumber, OFFICE);
    for (const [index, areaCode] of ['415', '212', '808', '650'].entries()) await s.client.incomingPhoneNumbers.create({ areaCode, friendlyName: `Spare ${index}` });
  }],
  ['api_v2010', 'FetchIncomingPhoneNumber', async (s) => assert.equal((await s.client.incomingPhoneNumbers(s.made.number.sid).fetch()).friendlyName, 'Office')],
  ['api_v2010', 'UpdateIncomingPhoneNumber', async (s) => {
    const changes = { friendlyName: 'Main office', voiceMethod: 'GET', voiceFallbackUrl: `${s.app.url}/fallback`, smsUrl: `${s.app.url}/sms`, voiceCallerIdLookup: true };
    const changed = await s.client.incomingPhoneNumbers(s.made.number.sid).update(changes);
    assert.deepEqual([changed.friendlyName, changed.voiceMethod], ['Main office', 'GET']);
    await s.client.incomingPhoneNumbers(s.made.number.sid).update({ voiceMethod: 'POST', smsUrl: '' });
  }],
  ['api_v2010', 'ListIncomingPhoneNumber', async (s) => {
    await everyPage(s.client.incomingPhoneNumbers, {}, 5);
    assert.equal((await s.client.incomingPhoneNumbers.list({ phoneNumber: OFFICE })).length, 1);
    assert.equal((await s.client.incomingPhoneNumbers.list({ friendlyName: 'Main office' })).length, 1);
  }],
  ['api_v2010', 'DeleteIncomingPhoneNumber', async (s) => {
    const [spare] = await s.client.incomingPhoneNumbers.list({ friendlyName: 'Spare 3' });
    assert.equal(await s.client.incomingPhoneNumbers(spare.sid).remove(), true);
    assert.equal((await s.client.incomingPhoneNumbers.list()).length, 4);
  }],

  ['api_v2010', 'CreateCall', async (s) => {
    const order = { from: OFFICE, to: BOB, statusCallback: `${s.app.url}/status`, statusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'], timeout: 30, timeLimit: 600 };
    s.app.on('/long', '<Pause length="600"/>');
    await s.behave(BOB, 'answer');
    s.made.call = await s.client.calls.create({ ...order, url: `${s.app.url}/long`, method: 'GET', fallbackUrl: `${s.app.url}/fallback` });
    assert.deepEqual([s.made.call.status, s.made.call.direction, s.made.call.from], ['queued', 'outbound-api', OFFICE]);
    s.made.recorded = await s.client.calls.create({ ...order, twiml: '<Response><Pause length="5"/></Response>', record: true, recordingStatusCallback: `${s.app.url}/recording`, sendDigits: '1w2' });
    s.made.amd = await s.client.calls.create({ ...order, twiml: '<Response/>', machineDetection: 'Enable' });
    for (let more = 0; more < 3; more += 1) await s.client.calls.create({ from: OFFICE, to: BOB, twiml: '<Response><Say>Hi</Say></Response>' });
  }],
  ['api_v2010', 'FetchCall', async (s) => {
    const call = await until('the answer', async () => {
      const call = await s.client.calls(s.made.call.sid).fetch();
      return call.status === 'in-progress' && call;
    });
    assert.deepEqual([call.to, call.toFormatted, call.phoneNumberSid], [BOB, '(500) 555-0002', s.made.number.sid]);
    assert.ok(call.startTime instanceof Date && call.dateCreated instanceof Date);
  }],
  ['api_v2010', 'UpdateCall', async (s) => {
    const call = s.client.calls(s.made.call.sid);
    s.app.on('/other', '<Say>Changed your call</Say><Pause length="600"/>');
    assert.equal((await call.update({ url: `${s.app.url}/other`, method: 'POST' })).status, 'in-progress');
    await until('the new document', async () => (await s.transcript(s.made.call.sid)).some((it) => it.text === 'Changed your call'));
    await call.update({ twiml: '<Response><Say>And again</Say><Pause length="600"/></Response>' });
    await until('the newest document', async () => (await s.transcript(s.made.call.sid)).some((it) => it.text === 'And again'));
    const over = await call.update({ status: 'completed' });
    assert.equal(over.status, 'completed');
    assert.match(over.duration, /^\d+$/);
  }],
  ['api_v2010', 'ListCall', async (s) => {
    for (const { sid } of await s.client.calls.list()) await s.ended(sid);
    await everyPage(s.client.calls, {}, 6);
    const day = new Date().toISOString().slice(0, 10);
    const found = async (filter) => (await s.client.calls.list(filter)).length;
    assert.deepEqual(await Promise.all([{ to: BOB }, { from: BOB }, { status: 'completed', to: BOB }, { status: 'busy' }, { parentCallSid: s.made.call.sid }].map(found)), [6, 0, 6, 0, 0]);
    assert.deepEqual(await Promise.all([{ startTime: new Date(day) }, { startTimeAfter: new Date(day) }, { startTimeBefore: new Date(day) }, { endTimeAfter: new Date(Date.now() + 86_400_000) }].map(found)), [6, 6, 0, 0]);
  }],

  ['api_v2010', 'CreateMessage', async (s) => {
    s.app.on('/sms', '');
    s.app.on('/cat.gif', (hit, response) => void response.writeHead(200, { 'Content-Type': 'image/gif' }).end('GIF89a'), { file: true });
    const order = { from: OFFICE, to: BOB, statusCallback: `${s.app.url}/status` };
    s.made.message = await s.client.messages.create({ ...order, body: 'Hello 👍', validityPeriod: 600, provideFeedback: false, smartEncoded: false });
    assert.deepEqual([s.made.message.status, s.made.message.direction, s.made.message.body], ['queued', 'outbound-api', 'Hello 👍']);
    s.made.picture = await s.client.messages.create({ ...order, mediaUrl: Array(5).fill(`${s.app.url}/cat.gif`) });
    assert.deepEqual([s.made.picture.numMedia, s.made.picture.sid.slice(0, 2)], ['5', 'MM']);
    for (let more = 0; more < 2; more += 1) await s.client.messages.create({ from: OFFICE, to: BOB, body: 'Hi' });
    await s.client.incomingPhoneNumbers(s.made.number.sid).update({ smsUrl: `${s.app.url}/sms` });
    s.made.inbound = await s.text(ANN, 'Hello');
  }],
  ['api_v2010', 'FetchMessage', async (s) => {
    const message = await s.settled(s.made.message.sid);
    assert.deepEqual([message.status, message.numSegments, message.price, message.to], ['delivered', '1', '-0.00830', BOB]);
    assert.ok(message.dateSent instanceof Date);
    const inbound = await s.client.messages(s.made.inbound).fetch();
    assert.deepEqual([inbound.status, inbound.direction, inbound.from], ['received', 'inbound', ANN]);
  }],
  ['api_v2010', 'ListMessage', async (s) => {
    for (const { sid } of await s.client.messages.list()) await s.settled(sid);
    await everyPage(s.client.messages, {}, 5);
    await everyPage(s.client.messages, { to: BOB }, 4);
    const day = new Date(new Date().toISOString().slice(0, 10));
    const found = async (filter) => (await s.client.messages.list(filter)).length;
    const filters = [{ from: OFFICE }, { from: ANN, to: OFFICE }, { from: BOB }, { dateSent: day }, { dateSentAfter: day }, { dateSentBefore: day }, { to: BOB, dateSentAfter: new Date(Date.now() - 60_000) }];
    assert.deepEqual(await Promise.all(filters.map(found)), [4, 1, 0, 5, 5, 0, 4]);
  }],
  ['api_v2010', 'ListMedia', async (s) => {
    const { media } = s.client.messages(s.made.picture.sid);
    await everyPage(media, {}, 5);
    assert.equal((await media.list({ dateCreatedAfter: new Date(Date.now() + 86_400_000) })).length, 0);
    [s.made.medium] = await media.list();
  }],
  ['api_v2010', 'FetchMedia', async (s) => {
    const medium = await s.client.messages(s.made.picture.sid).media(s.made.medium.sid).fetch();
    assert.deepEqual([medium.contentType, medium.parentSid], ['image/gif', s.made.picture.sid]);
    const bytes = await s.get(medium.uri.replace('.json', ''));
    assert.deepEqual([bytes.status, bytes.headers.get('content-type'), await bytes.text()], [200, 'image/gif', 'GIF89a']);
  }],
  ['api_v2010', 'DeleteMedia', async (s) => {
    const { media } = s.client.messages(s.made.picture.sid);
    assert.equal(await media(s.made.medium.sid).remove(), true);
    assert.equal((await media.list()).length, 4);
  }],
  ['api_v2010', 'UpdateMessage', async (s) => {
    const redacted = await s.client.messages(s.made.message.sid).update({ body: '' });
    assert.deepEqual([redacted.body, redacted.status], ['', 'delivered']);
  }],
  ['api_v2010', 'DeleteMessage', async (s) => {
    assert.equal(await s.client.messages(s.made.picture.sid).remove(), true);
    assert.equal((await s.client.messages.list()).length, 4);
  }],

  ['api_v2010', 'ListRecording', async (s) => {
    s.app.on('/voice', '<Record action="/thanks" recordingStatusCallback="/recording"/>');
    s.app.on('/thanks', '<Hangup/>');
    for (let more = 0; more < 4; more += 1) {
      s.made.caller = await s.conversation(ANN, [{ wait_for: 'beep' }, { speak: { seconds: 2 } }, { press: '#' }]);
    }
    await until('the files', async () => (await s.client.recordings.list()).filter((it) => it.status === 'completed').length >= 4);
    await everyPage(s.client.recordings, {}, 5);
    [s.made.recording] = await s.client.recordings.list({ callSid: s.made.caller.sid });
    assert.equal((await s.client.recordings.list({ dateCreatedAfter: new Date(Date.now() + 86_400_000) })).length, 0);
  }],
  ['api_v2010', 'FetchRecording', async (s) => {
    const recording = await s.client.recordings(s.made.recording.sid).fetch();
    assert.deepEqual([recording.status, recording.duration, recording.source, recording.channels], ['completed', '2', 'RecordVerb', 1]);
    for (const [suffix, status] of [['.wav', 200], ['', 200], ['.mp3', 404]]) {
      const media = await s.get(`/2010-04-01/Accounts/${s.accountSid}/Recordings/${recording.sid}${suffix}`);
      assert.equal(media.status, status);
      if (status === 200) assert.equal(Buffer.from(await media.arrayBuffer()).toString('latin1', 0, 4), 'RIFF');
    }
  }],
  ['api_v2010', 'ListCallRecording', async (s) => {
    const recordings = await s.client.calls(s.made.caller.sid).recordings.list();
    assert.deepEqual(recordings.map((it) => it.sid), [s.made.recording.sid]);
  }],
  ['api_v2010', 'FetchCallRecording', async (s) => {
    const recording = await s.client.calls(s.made.caller.sid).recordings(s.made.recording.sid).fetch();
    assert.equal(recording.callSid, s.made.caller.sid);
  }],
  ['api_v2010', 'DeleteCallRecording', (s) => s.client.calls(s.made.caller.sid).recordings(s.made.recording.sid).remove()],
  ['api_v2010', 'DeleteRecording', async (s) => {
    const [last] = await s.client.recordings.list({ limit: 1 });
    assert.equal(await s.client.recordings(last.sid).remove(), true);
    assert.equal((await s.client.recordings.list()).length, 3);
  }],
  ['api_v2010', 'DeleteCall', (s) => s.client.calls(s.made.caller.sid).remove()],
  ['api_v2010', 'UpdateCallRecording', async (s) => {
    const to = '+15005550066';
    await s.behave(to, 'answer');
    const { sid } = await s.client.calls.create({ from: OFFICE, to, record: true, twiml: '<Response><Pause length="600"/></Response>' });
    await until('the recording', async () => (await s.client.calls(sid).recordings.list())[0]);
    const current = s.client.calls(sid).recordings('Twilio.CURRENT');
    assert.equal((await current.update({ status: 'paused', pauseBehavior: 'skip' })).status, 'paused');
    s.made.resumed = await current.update({ status: 'in-progress' });
    assert.equal(s.made.resumed.status, 'in-progress');
    await s.client.calls(sid).update({ status: 'completed' });
    await until('its end', async () => (await s.client.recordings(s.made.resumed.sid).fetch()).status === 'absent');
  }],

  ['api_v2010', 'ListConference', async (s) => {
    const attributes = `waitUrl="" record="record-from-start" recordingStatusCallback="${s.app.url}/recording" statusCallback="${s.app.url}/events" statusCallbackEvent="start end join leave mute hold modify speaker announcement"`;
    s.app.on('/events', '');
    s.app.on('/voice', (hit) => `<Dial action="/left"><Conference ${attributes} participantLabel="${hit.params.CallerName.replace('&', '&amp;')}">${hit.params.CallerName === 'cat' ? 'Other' : 'Talk'}</Conference></Dial>`);
    s.app.on('/left', '<Hangup/>');
    s.made.ann = await s.call(ANN, [], OFFICE, { caller_name: 'ann' });
    s.made.dave = await s.call(DAVE, [{ wait_for: 'connected' }, { speak: { seconds: 3 } }], OFFICE, { caller_name: 'dave & co' });
    s.made.conference = await until('the start', async () => (await s.client.conferences.list({ friendlyName: 'Talk', status: 'in-progress' }))[0]);
    await s.call(CAROL, [], OFFICE, { caller_name: 'cat' });
    await until('the other', async () => (await s.client.conferences.list({ status: 'init' }))[0]);
    await everyPage(s.client.conferences, {}, 1);
    const day = new Date(new Date().toISOString().slice(0, 10));
    const later = new Date(Date.now() + 86_400_000);
    const found = async (filter) => (await s.client.conferences.list(filter)).length;
    const filters = [{ dateCreated: day }, { dateCreatedAfter: day }, { dateCreatedBefore: day }, { dateUpdatedAfter: day }, { dateUpdatedAfter: later }, { status: 'completed' }, { friendlyName: 'Nobody' }];
    assert.deepEqual(await Promise.all(filters.map(found)), [1, 1, 0, 1, 0, 0, 0]);
  }],
  ['api_v2010', 'FetchConference', async (s) => {
    const conference = await s.client.conferences(s.made.conference.sid).fetch();
    assert.deepEqual([conference.friendlyName, conference.status, conference.region, conference.reasonConferenceEnded], ['Talk', 'in-progress', 'us1', null]);
  }],
  ['api_v2010', 'CreateParticipant', async (s) => {
    const order = { from: OFFICE, to: BOB, label: 'bob', earlyMedia: true, timeout: 20, beep: 'onEnter', statusCallback: `${s.app.url}/status`, statusCallbackEvent: ['initiated', 'answered'], muted: false, startConferenceOnEnter: true, endConferenceOnExit: false, waitUrl: '', jitterBufferSize: 'small', timeLimit: 600, maxParticipants: 10 };
    const added = await s.client.conferences(s.made.conference.sid).participants.create(order);
    assert.deepEqual([added.status, added.label, added.conferenceSid, added.queueTime], ['queued', 'bob', s.made.conference.sid, '0']);
    await until('its answer', async () => (await s.client.conferences(s.made.conference.sid).participants('bob').fetch()).status === 'connected');
    // A room that nobody is in yet, by its name.
    const events = { conferenceStatusCallback: `${s.app.url}/events`, conferenceStatusCallbackEvent: ['start', 'end', 'join', 'leave'], conferenceRecord: 'true', conferenceRecordingStatusCallback: `${s.app.url}/recording` };
    s.made.alone = await s.client.conferences('A new room').participants.create({ from: OFFICE, to: BOB, machineDetection: 'Enable', ...events });
    await until('the room', async () => (await s.client.conferences.list({ friendlyName: 'A new room', status: 'init' }))[0]);
  }],
  ['api_v2010', 'ListParticipant', async (s) => {
    const { participants } = s.client.conferences(s.made.conference.sid);
    await everyPage(participants, {}, 3);
    const found = async (filter) => (await participants.list(filter)).length;
    assert.deepEqual(await Promise.all([{ muted: false }, { muted: true }, { hold: true }, { coaching: true }].map(found)), [3, 0, 0, 0]);
  }],
  ['api_v2010', 'FetchParticipant', async (s) => {
    const participant = s.client.conferences(s.made.conference.sid).participants;
    const dave = await participant('dave & co').fetch();
    assert.deepEqual([dave.callSid, dave.status, dave.muted, dave.hold, dave.queueTime], [s.made.dave, 'connected', false, false, null]);
    assert.equal((await participant(s.made.dave).fetch()).label, 'dave & co');
  }],
  ['api_v2010', 'UpdateParticipant', async (s) => {
    s.app.on('/hold', '<Play>/music.mp3</Play><Redirect method="GET"/>');
    s.app.on('/announce', '<Say>Hello Dave</Say>');
    const dave = s.client.conferences(s.made.conference.sid).participants('dave & co');
    assert.equal((await dave.update({ muted: true })).muted, true);
    assert.equal((await dave.update({ muted: false, hold: true, holdUrl: `${s.app.url}/hold` })).hold, true);
    await until('its music', async () => (await s.transcript(s.made.dave)).some((it) => it.text === '/music.mp3'));
    assert.equal((await dave.update({ hold: false, announceUrl: `${s.app.url}/announce`, announceMethod: 'POST' })).hold, false);
    await until('the announcement', async () => (await s.transcript(s.made.dave)).some((it) => it.text === 'Hello Dave'));
    const coach = await dave.update({ coaching: true, callSidToCoach: s.made.ann, beepOnExit: false, endConferenceOnExit: false, waitUrl: '' });
    assert.deepEqual([coach.coaching, coach.callSidToCoach], [true, s.made.ann]);
    const no = await dave.update({ coaching: false });
    assert.deepEqual([no.coaching, no.callSidToCoach], [false, null]);
  }],
  ['api_v2010', 'DeleteParticipant', async (s) => {
    const { participants } = s.client.conferences(s.made.conference.sid);
    assert.equal(await participants('bob').remove(), true);
    assert.equal((await participants.list()).length, 2);
  }],
  ['api_v2010', 'UpdateConference', async (s) => {
    s.app.on('/all', '<Say>Hello all</Say>');
    const conference = s.client.conferences(s.made.conference.sid);
    assert.equal((await conference.update({ announceUrl: `${s.app.url}/all`, announceMethod: 'GET' })).status, 'in-progress');
    for (const sid of [s.made.ann, s.made.dave]) await until('the announcement', async () => (await s.transcript(sid)).some((it) => it.text === 'Hello all'));
    const over = await conference.update({ status: 'completed' });
    assert.deepEqual([over.status, over.reasonConferenceEnded, over.callSidEndingConference], ['completed', 'conference-ended-via-api', null]);
    assert.equal((await s.client.conferences('Other').update({ status: 'completed' })).friendlyName, 'Other');
    assert.deepEqual(await conference.participants.list(), []);
  }],
  ['api_v2010', 'ListConferenceRecording', async (s) => {
    const { recordings } = s.client.conferences(s.made.conference.sid);
    s.made.tape = await until('the file', async () => (await recordings.list()).find((it) => it.status === 'completed'));
    assert.equal((await recordings.list({ dateCreatedAfter: new Date(Date.now() + 86_400_000) })).length, 0);
    assert.deepEqual((await s.client.recordings.list({ conferenceSid: s.made.conference.sid })).map((it) => it.sid), [s.made.tape.sid]);
  }],
  ['api_v2010', 'FetchConferenceRecording', async (s) => {
    const recording = await s.client.conferences(s.made.conference.sid).recordings(s.made.tape.sid).fetch();
    assert.deepEqual([recording.source, recording.conferenceSid, recording.channels], ['Conference', s.made.conference.sid, 1]);
  }],
  ['api_v2010', 'DeleteConferenceRecording', async (s) => {
    assert.equal(await s.client.conferences(s.made.conference.sid).recordings(s.made.tape.sid).remove(), true);
    assert.deepEqual(await s.client.conferences(s.made.conference.sid).recordings.list(), []);
  }],
  ...contactCentre.operations,
];

const place = (s, more) => s.client.calls.create({ from: OFFICE, to: BOB, twiml: '<Response/>', ...more });

const participant = (s, more, room = 'Refused') => s.client.conferences(room).participants.create({ from: OFFICE, to: BOB, ...more });

const text = (s, more) => s.client.messages.create({ from: OFFICE, to: BOB, body: 'Hi', ...more });

/** `[operationId, HTTP status, Twilio's code, call]`. */
export const errors = [
  ['CreateCall', 400, 21201, (s) => s.client.calls.create({ from: OFFICE, to: '', twiml: '<Response/>' })],
  ['CreateCall', 400, 21211, (s) => place(s, { to: '12' })],
  ['CreateCall', 400, 21214, (s) => place(s, { to: 'client:alice' })],
  ['CreateCall', 400, 21213, (s) => place(s, { from: '' })],
  ['CreateCall', 400, 21212, (s) => place(s, { from: 'nobody' })],
  ['CreateCall', 400, 21210, (s) => place(s, { from: ANN })],
  ['CreateCall', 400, 21205, (s) => s.client.calls.create({ from: OFFICE, to: BOB })],
  ['CreateCall', 400, 21205, (s) => s.client.calls.create({ from: OFFICE, to: BOB, url: 'voice' })],
  ['CreateCall', 400, 21403, (s) => s.client.calls.create({ from: OFFICE, to: BOB, url: 'http://127.0.0.1/', method: 'PUT' })],
  ['CreateCall', 400, 20001, (s) => place(s, { asyncAmd: 'true' })],
  ['CreateCall', 400, 20001, (s) => place(s, { record: true, recordingChannels: 'dual' })],
  ['UpdateCall', 400, 20001, (s) => s.client.calls(s.made.call.sid).update({ status: 'completed', timeLimit: 5 })],
  ['CreateIncomingPhoneNumber', 400, 20001, (s) => s.client.incomingPhoneNumbers.create({ areaCode: '415', voiceApplicationSid: `AP${NOBODY}` })],
  ['FetchCall', 404, 20404, (s) => s.client.calls(`CA${NOBODY}`).fetch()],
  ['UpdateCall', 404, 20404, (s) => s.client.calls(`CA${NOBODY}`).update({ status: 'completed' })],
  ['UpdateCall', 400, 21220, (s) => s.client.calls(s.made.call.sid).update({ status: 'completed' })],
  ['UpdateCall', 400, 21220, (s) => s.client.calls(s.made.call.sid).update({ twiml: '<Response/>' })],
  ['UpdateCall', 400, 21218, (s) => s.client.calls(s.made.call.sid).update({ status: 'ringing' })],
  ['DeleteCall', 404, 20404, (s) => s.client.calls(`CA${NOBODY}`).remove()],
  ['DeleteCall', 409, 20009, async (s) => {
    s.made.live = await place(s, { twiml: '<Response><Pause length="600"/></Response>' });
    await s.client.calls(s.made.live.sid).remove();
  }],
  ['CreateIncomingPhoneNumber', 400, 21402, (s) => s.client.incomingPhoneNumbers.create({})],
  ['CreateIncomingPhoneNumber', 400, 21421, (s) => s.client.incomingPhoneNumbers.create({ phoneNumber: '12' })],
  ['CreateIncomingPhoneNumber', 400, 21422, (s) => s.client.incomingPhoneNumbers.create({ phoneNumber: OFFICE })],
  ['UpdateIncomingPhoneNumber', 400, 21502, (s) => s.client.incomingPhoneNumbers(s.made.number.sid).update({ voiceUrl: 'voice' })],
  ['UpdateIncomingPhoneNumber', 400, 21403, (s) => s.client.incomingPhoneNumbers(s.made.number.sid).update({ voiceMethod: 'PUT' })],
  ['FetchIncomingPhoneNumber', 404, 20404, (s) => s.client.incomingPhoneNumbers(`PN${NOBODY}`).fetch()],
  ['UpdateIncomingPhoneNumber', 404, 20404, (s) => s.client.incomingPhoneNumbers(`PN${NOBODY}`).update({ friendlyName: 'x' })],
  ['DeleteIncomingPhoneNumber', 404, 20404, (s) => s.client.incomingPhoneNumbers(`PN${NOBODY}`).remove()],
  ['FetchRecording', 404, 20404, (s) => s.client.recordings(`RE${NOBODY}`).fetch()],
  ['DeleteRecording', 404, 20404, (s) => s.client.recordings(`RE${NOBODY}`).remove()],
  ['FetchCallRecording', 404, 20404, (s) => s.client.calls(s.made.call.sid).recordings(`RE${NOBODY}`).fetch()],
  ['UpdateCallRecording', 404, 20404, (s) => s.client.calls(s.made.call.sid).recordings('Twilio.CURRENT').update({ status: 'paused' })],
  ['UpdateCallRecording', 400, 21220, (s) => s.client.calls(s.made.resumed.callSid).recordings(s.made.resumed.sid).update({ status: 'paused' })],
  ['UpdateCallRecording', 400, 20001, (s) => s.client.calls(s.made.resumed.callSid).recordings(s.made.resumed.sid).update({ status: 'completed' })],
  ['DeleteCallRecording', 404, 20404, (s) => s.client.calls(s.made.call.sid).recordings(`RE${NOBODY}`).remove()],
  ['CreateMessage', 400, 21604, (s) => text(s, { to: '' })],
  ['CreateMessage', 400, 21603, (s) => text(s, { from: '' })],
  ['CreateMessage', 400, 21602, (s) => text(s, { body: '' })],
  ['CreateMessage', 400, 21211, (s) => text(s, { to: '12' })],
  ['CreateMessage', 400, 21212, (s) => text(s, { from: 'nobody' })],
  ['CreateMessage', 400, 21606, (s) => text(s, { from: ANN })],
  ['CreateMessage', 400, 21266, (s) => text(s, { to: OFFICE })],
  ['CreateMessage', 400, 21614, async (s) => {
    await s.onMessage(ANN, 'not-mobile');
    await text(s, { to: ANN }).finally(() => s.onMessage(ANN, 'deliver'));
  }],
  ['CreateMessage', 400, 21610, async (s) => {
    await s.text(ANN, 'STOP');
    await text(s, { to: ANN });
  }],
  ['CreateMessage', 400, 21617, (s) => text(s, { body: 'x'.repeat(1601) })],
  ['CreateMessage', 400, 21620, (s) => text(s, { mediaUrl: ['cat.gif'] })],
  ['CreateMessage', 400, 21623, (s) => text(s, { mediaUrl: Array(11).fill(`${s.app.url}/cat.gif`) })],
  ['CreateMessage', 400, 21609, (s) => text(s, { statusCallback: 'status' })],
  ['CreateMessage', 400, 30012, (s) => text(s, { validityPeriod: 0 })],
  ['CreateMessage', 400, 30045, (s) => text(s, { validityPeriod: 36001 })],
  ['CreateMessage', 400, 20001, (s) => text(s, { from: undefined, messagingServiceSid: `MG${NOBODY}` })],
  ['CreateMessage', 400, 20001, (s) => text(s, { smartEncoded: true })],
  ['CreateMessage', 429, 20429, (s) => s.withFaults({ rest_429: 1 }, () => text(s))],
  ['CreateMessage', 500, 20500, (s) => s.withFaults({ rest_500: 1 }, () => text(s))],
  ['FetchMessage', 404, 20404, (s) => s.client.messages(`SM${NOBODY}`).fetch()],
  ['UpdateMessage', 404, 20404, (s) => s.client.messages(`SM${NOBODY}`).update({ body: '' })],
  ['UpdateMessage', 409, 30409, (s) => s.client.messages(s.made.message.sid).update({ status: 'canceled' })],
  ['UpdateMessage', 400, 20001, (s) => s.client.messages(s.made.message.sid).update({ body: 'other' })],
  ['UpdateMessage', 409, 20009, async (s) => {
    await s.onMessage(BOB, 'silent');
    s.made.silent = await text(s);
    await s.client.messages(s.made.silent.sid).update({ body: '' });
  }],
  ['DeleteMessage', 409, 20009, (s) => s.client.messages(s.made.silent.sid).remove()],
  ['DeleteMessage', 404, 20404, (s) => s.client.messages(`SM${NOBODY}`).remove()],
  ['ListMedia', 404, 20404, (s) => s.client.messages(`MM${NOBODY}`).media.list()],
  ['FetchMedia', 404, 20404, (s) => s.client.messages(s.made.message.sid).media(`ME${NOBODY}`).fetch()],
  ['DeleteMedia', 404, 20404, (s) => s.client.messages(s.made.message.sid).media(`ME${NOBODY}`).remove()],
  ['FetchCall', 401, 20003, (s) => s.sdk(s.accountSid, 'wrong').calls(s.made.call.sid).fetch()],
  ['FetchConference', 404, 20404, (s) => s.client.conferences(`CF${NOBODY}`).fetch()],
  ['UpdateConference', 404, 20404, (s) => s.client.conferences('Nobody').update({ status: 'completed' })],
  ['UpdateConference', 400, 16099, (s) => s.client.conferences(s.made.conference.sid).update({ status: 'completed' })],
  ['UpdateConference', 400, 16099, (s) => s.client.conferences(s.made.conference.sid).update({ announceUrl: `${s.app.url}/all` })],
  ['UpdateConference', 400, 20001, (s) => s.client.conferences(s.made.conference.sid).update({ status: 'in-progress' })],
  ['UpdateConference', 400, 21205, (s) => s.client.conferences(s.made.conference.sid).update({ announceUrl: 'all' })],
  ['ListParticipant', 404, 20404, (s) => s.client.conferences(`CF${NOBODY}`).participants.list()],
  ['FetchParticipant', 404, 20404, (s) => s.client.conferences(s.made.conference.sid).participants(s.made.ann).fetch()],
  ['UpdateParticipant', 404, 20404, (s) => s.client.conferences(s.made.conference.sid).participants('bob').update({ muted: true })],
  ['DeleteParticipant', 404, 20404, (s) => s.client.conferences(s.made.conference.sid).participants('bob').remove()],
  ['CreateParticipant', 404, 20404, (s) => participant(s, {}, `CF${NOBODY}`)],
  ['CreateParticipant', 404, 20404, (s) => participant(s, {}, s.made.conference.sid)],
  ['CreateParticipant', 400, 21211, (s) => participant(s, { to: '12' })],
  ['CreateParticipant', 400, 21210, (s) => participant(s, { from: ANN })],
  ['CreateParticipant', 400, 16024, (s) => participant(s, { label: 'a/b' })],
  ['CreateParticipant', 400, 16026, async (s) => {
    await participant(s, { label: 'twin' });
    await participant(s, { label: 'twin' });
  }],
  ['CreateParticipant', 400, 16020, (s) => participant(s, { maxParticipants: 2 }).then(() => participant(s, { maxParticipants: 2 }))],
  ['CreateParticipant', 400, 16002, (s) => participant(s, { conferenceStatusCallback: `${s.app.url}/events`, conferenceStatusCallbackEvent: ['answered'] })],
  ['CreateParticipant', 400, 13240, (s) => participant(s, { coaching: true, callSidToCoach: `CA${NOBODY}` })],
  ['CreateParticipant', 400, 13237, (s) => participant(s, {}, 'x'.repeat(129))],
  ['CreateParticipant', 400, 20001, (s) => participant(s, { coaching: true })],
  ['CreateParticipant', 400, 20001, (s) => participant(s, { beep: 'loud' })],
  ['CreateParticipant', 400, 20001, (s) => participant(s, { maxParticipants: 251 })],
  ['CreateParticipant', 400, 20001, (s) => participant(s, { sipAuthUsername: 'ann' })],
  ['FetchConferenceRecording', 404, 20404, (s) => s.client.conferences(s.made.conference.sid).recordings(s.made.tape.sid).fetch()],
  ['DeleteConferenceRecording', 404, 20404, (s) => s.client.conferences(s.made.conference.sid).recordings(s.made.tape.sid).remove()],
  ['ListConferenceRecording', 404, 20404, (s) => s.client.conferences(`CF${NOBODY}`).recordings.list()],
  ['ListCall', 429, 20429, (s) => s.withFaults({ rest_429: 1 }, () => s.client.calls.list())],
  ['ListCall', 500, 20500, (s) => s.withFaults({ rest_500: 1 }, () => s.client.calls.list())],
  ...contactCentre.errors,
];
