// The contact centre's part of operations.js: TaskRouter, queues of calls, and Studio's flows.
import assert from 'node:assert/strict';
import { ANN, BOB, CAROL, OFFICE, until } from './lib/stage.js';
import { everyPage } from './lib/paging.js';

const NOBODY = '0'.repeat(32);
const nobody = (s) => s.client.taskrouter.v1.workspaces(`WS${NOBODY}`);
const centre = (s) => s.client.taskrouter.v1.workspaces(s.made.workspace);
const routing = (queue) => JSON.stringify({ task_routing: { default_filter: { queue } } });

/** A flow that says something. */
const hello = (say, next = 'hello') => ({
  description: 'Says hello', initial_state: 'Trigger', flags: { allow_concurrent_calls: true },
  states: [
    { name: 'Trigger', type: 'trigger', transitions: [{ event: 'incomingCall', next }], properties: { offset: { x: 0, y: 0 } } },
    { name: 'hello', type: 'say-play', transitions: [{ event: 'audioComplete' }], properties: { say } },
  ],
});

/** A task that is being offered, and the offer. */
async function offer(s, more = {}) {
  const task = await centre(s).tasks.create({ attributes: '{"topic":"sales"}', workflowSid: s.made.workflow, ...more });
  const reservation = await until('the offer', async () => (await centre(s).tasks(task.sid).reservations.list()).find((it) => it.reservationStatus === 'pending'));
  return { task, reservation };
}

/** In order: what an operation answers well. */
export const operations = [
  ['taskrouter_v1', 'CreateWorkspace', async (s) => {
    s.app.on('/events', '');
    for (const friendlyName of ['Spare 1', 'Spare 2', 'Spare 3']) await s.client.taskrouter.v1.workspaces.create({ friendlyName, template: 'FIFO' });
    const workspace = await s.client.taskrouter.v1.workspaces.create({ friendlyName: 'Centre', eventCallbackUrl: `${s.app.url}/events`, eventsFilter: 'task.created, worker.activity.update', multiTaskEnabled: true, prioritizeQueueOrder: 'FIFO', template: 'NONE' });
    s.made.workspace = workspace.sid;
    assert.deepEqual([workspace.defaultActivityName, workspace.timeoutActivityName, workspace.multiTaskEnabled], ['Offline', 'Offline', true]);
    assert.ok(workspace.dateCreated instanceof Date);
  }],
  ['taskrouter_v1', 'ListWorkspace', async (s) => {
    await everyPage(s.client.taskrouter.v1.workspaces, {}, 4);
    assert.deepEqual((await s.client.taskrouter.v1.workspaces.list({ friendlyName: 'Centre' })).map((it) => it.sid), [s.made.workspace]);
  }],
  ['taskrouter_v1', 'FetchWorkspace', async (s) => assert.equal((await centre(s).fetch()).friendlyName, 'Centre')],
  ['taskrouter_v1', 'CreateActivity', async (s) => {
    const activity = await centre(s).activities.create({ friendlyName: 'Notes', available: false });
    s.made.notes = activity.sid;
    assert.deepEqual([activity.friendlyName, activity.available, activity.workspaceSid], ['Notes', false, s.made.workspace]);
  }],
  ['taskrouter_v1', 'ListActivity', async (s) => {
    await everyPage(centre(s).activities, {}, 4);
    const [available] = await centre(s).activities.list({ available: 'true' });
    assert.equal(available.friendlyName, 'Available');
    s.made.available = available.sid;
    s.made.offline = (await centre(s).activities.list({ friendlyName: 'Offline' }))[0].sid;
  }],
  ['taskrouter_v1', 'FetchActivity', async (s) => assert.equal((await centre(s).activities(s.made.notes).fetch()).friendlyName, 'Notes')],
  ['taskrouter_v1', 'UpdateActivity', async (s) => assert.equal((await centre(s).activities(s.made.notes).update({ friendlyName: 'After call' })).friendlyName, 'After call')],
  ['taskrouter_v1', 'UpdateWorkspace', async (s) => {
    const changed = await centre(s).update({ friendlyName: 'Contact centre', timeoutActivitySid: s.made.notes, defaultActivitySid: s.made.offline, eventsFilter: '', eventCallbackUrl: `${s.app.url}/events` });
    assert.deepEqual([changed.friendlyName, changed.timeoutActivityName, changed.eventsFilter], ['Contact centre', 'After call', null]);
    await centre(s).update({ timeoutActivitySid: s.made.offline });
  }],
  ['taskrouter_v1', 'ListTaskChannel', async (s) => {
    await everyPage(centre(s).taskChannels, {}, 6);
    s.made.channel = (await centre(s).taskChannels.list()).find((it) => it.uniqueName === 'voice');
  }],
  ['taskrouter_v1', 'FetchTaskChannel', async (s) => {
    assert.equal((await centre(s).taskChannels(s.made.channel.sid).fetch()).uniqueName, 'voice');
    assert.equal((await centre(s).taskChannels('voice').fetch()).sid, s.made.channel.sid);
  }],
  ['taskrouter_v1', 'CreateTaskQueue', async (s) => {
    const everybody = await centre(s).taskQueues.create({ friendlyName: 'Everybody' });
    assert.deepEqual([everybody.targetWorkers, everybody.maxReservedWorkers, everybody.taskOrder], ['1==1', 1, 'FIFO']);
    s.made.queue = everybody.sid;
    const experts = await centre(s).taskQueues.create({ friendlyName: 'Experts', targetWorkers: 'level > 3 AND languages HAS "de"', maxReservedWorkers: 2, taskOrder: 'LIFO' });
    s.made.experts = experts.sid;
    for (const friendlyName of ['A', 'B']) await centre(s).taskQueues.create({ friendlyName, targetWorkers: '' });
  }],
  ['taskrouter_v1', 'FetchTaskQueue', async (s) => assert.equal((await centre(s).taskQueues(s.made.experts).fetch()).taskOrder, 'LIFO')],
  ['taskrouter_v1', 'UpdateTaskQueue', async (s) => {
    const changed = await centre(s).taskQueues(s.made.experts).update({ friendlyName: 'The experts', targetWorkers: 'level > 4', maxReservedWorkers: 1, taskOrder: 'FIFO' });
    assert.deepEqual([changed.friendlyName, changed.targetWorkers, changed.taskOrder], ['The experts', 'level > 4', 'FIFO']);
  }],
  ['taskrouter_v1', 'CreateWorkflow', async (s) => {
    s.app.on('/assignment', '');
    const workflow = await centre(s).workflows.create({ friendlyName: 'Calls', configuration: routing(s.made.queue), assignmentCallbackUrl: `${s.app.url}/assignment`, fallbackAssignmentCallbackUrl: `${s.app.url}/assignment`, taskReservationTimeout: 3600 });
    s.made.workflow = workflow.sid;
    assert.deepEqual([workflow.taskReservationTimeout, JSON.parse(workflow.configuration).task_routing.default_filter.queue], [3600, s.made.queue]);
    for (const friendlyName of ['C', 'D', 'E']) await centre(s).workflows.create({ friendlyName, configuration: routing(s.made.queue) });
  }],
  ['taskrouter_v1', 'FetchWorkflow', async (s) => assert.equal((await centre(s).workflows(s.made.workflow).fetch()).friendlyName, 'Calls')],
  ['taskrouter_v1', 'UpdateWorkflow', async (s) => {
    const changed = await centre(s).workflows(s.made.workflow).update({ friendlyName: 'All calls', configuration: routing(s.made.queue), assignmentCallbackUrl: '', fallbackAssignmentCallbackUrl: '', taskReservationTimeout: 7200, reEvaluateTasks: 'false' });
    assert.deepEqual([changed.friendlyName, changed.assignmentCallbackUrl, changed.taskReservationTimeout], ['All calls', null, 7200]);
  }],
  ['taskrouter_v1', 'ListWorkflow', async (s) => {
    await everyPage(centre(s).workflows, {}, 4);
    assert.equal((await centre(s).workflows.list({ friendlyName: 'All calls' })).length, 1);
  }],
  ['taskrouter_v1', 'CreateWorker', async (s) => {
    const attributes = JSON.stringify({ contact_uri: CAROL, level: 5, languages: ['de'] });
    const worker = await centre(s).workers.create({ friendlyName: 'Ada', activitySid: s.made.available, attributes });
    assert.deepEqual([worker.available, worker.activityName, worker.attributes], [true, 'Available', attributes]);
    s.made.worker = worker.sid;
    for (const friendlyName of ['Bea', 'Cleo', 'Dora']) await centre(s).workers.create({ friendlyName });
  }],
  ['taskrouter_v1', 'FetchWorker', async (s) => assert.equal((await centre(s).workers(s.made.worker).fetch()).friendlyName, 'Ada')],
  ['taskrouter_v1', 'UpdateWorker', async (s) => {
    const worker = centre(s).workers(s.made.worker);
    const away = await worker.update({ activitySid: s.made.notes, rejectPendingReservations: true, friendlyName: 'Ada L', attributes: JSON.stringify({ contact_uri: CAROL, level: 6 }) });
    assert.deepEqual([away.available, away.activityName, away.friendlyName], [false, 'After call', 'Ada L']);
    assert.equal((await worker.update({ activitySid: s.made.available })).available, true);
  }],
  ['taskrouter_v1', 'ListWorker', async (s) => {
    await everyPage(centre(s).workers, {}, 4);
    const found = async (filter) => (await centre(s).workers.list(filter)).length;
    const filters = [{ friendlyName: 'Bea' }, { available: 'true' }, { activityName: 'Offline' }, { activitySid: s.made.available }, { taskQueueSid: s.made.experts }, { taskQueueName: 'Everybody' }, { targetWorkersExpression: 'level == 6' }];
    assert.deepEqual(await Promise.all(filters.map(found)), [1, 1, 3, 1, 1, 4, 1]);
  }],
  ['taskrouter_v1', 'ListTaskQueue', async (s) => {
    await everyPage(centre(s).taskQueues, {}, 4);
    const found = async (filter) => (await centre(s).taskQueues.list(filter)).length;
    assert.deepEqual(await Promise.all([{ friendlyName: 'Everybody' }, { workerSid: s.made.worker }].map(found)), [1, 2]);
  }],
  ['taskrouter_v1', 'CreateTask', async (s) => {
    const virtualStartTime = new Date(Date.now() - 60_000);
    s.made.offer = await offer(s, { priority: 7, timeout: 1000, taskChannel: 'voice', virtualStartTime });
    const { task } = s.made.offer;
    // Nobody was asked yet when it was made.
    assert.deepEqual([task.assignmentStatus, task.priority, task.timeout, task.taskChannelUniqueName], ['pending', 7, 1000, 'voice']);
    assert.ok(Math.abs(task.virtualStartTime - virtualStartTime) < 1000);
    for (let more = 0; more < 3; more += 1) await centre(s).tasks.create({ workflowSid: s.made.workflow, taskChannel: 'voice' });
  }],
  ['taskrouter_v1', 'FetchTask', async (s) => {
    const task = await centre(s).tasks(s.made.offer.task.sid).fetch();
    assert.deepEqual([task.taskQueueFriendlyName, task.workflowFriendlyName, task.attributes], ['Everybody', 'All calls', '{"topic":"sales"}']);
  }],
  ['taskrouter_v1', 'ListTask', async (s) => {
    await everyPage(centre(s).tasks, {}, 4);
    const found = async (filter) => (await centre(s).tasks.list(filter)).length;
    const filters = [{ assignmentStatus: ['reserved'] }, { assignmentStatus: ['pending,reserved'] }, { priority: 7 }, { workflowSid: s.made.workflow }, { workflowName: 'C' }, { taskQueueSid: s.made.queue }, { taskQueueName: 'Everybody' }, { evaluateTaskAttributes: 'topic == "sales"' }, { hasAddons: true }];
    assert.deepEqual(await Promise.all(filters.map(found)), [1, 4, 1, 4, 0, 4, 4, 1, 0]);
    const [first] = await centre(s).tasks.list({ ordering: 'Priority:desc,DateCreated:asc' });
    assert.equal(first.sid, s.made.offer.task.sid);
  }],
  ['taskrouter_v1', 'ListTaskReservation', async (s) => {
    const { reservations } = centre(s).tasks(s.made.offer.task.sid);
    assert.deepEqual((await reservations.list({ reservationStatus: 'pending', workerSid: s.made.worker })).map((it) => it.sid), [s.made.offer.reservation.sid]);
  }],
  ['taskrouter_v1', 'FetchTaskReservation', async (s) => {
    const reservation = await centre(s).tasks(s.made.offer.task.sid).reservations(s.made.offer.reservation.sid).fetch();
    assert.deepEqual([reservation.reservationStatus, reservation.workerName], ['pending', 'Ada L']);
  }],
  ['taskrouter_v1', 'ListWorkerReservation', async (s) => {
    const { reservations } = centre(s).workers(s.made.worker);
    assert.deepEqual((await reservations.list({ reservationStatus: 'pending' })).map((it) => it.sid), [s.made.offer.reservation.sid]);
  }],
  ['taskrouter_v1', 'FetchWorkerReservation', async (s) => {
    const reservation = await centre(s).workers(s.made.worker).reservations(s.made.offer.reservation.sid).fetch();
    assert.equal(reservation.taskSid, s.made.offer.task.sid);
  }],
  ['taskrouter_v1', 'UpdateWorkerReservation', async (s) => {
    const { reservations } = centre(s).workers(s.made.worker);
    const rejected = await reservations(s.made.offer.reservation.sid).update({ reservationStatus: 'rejected', workerActivitySid: s.made.notes });
    assert.equal(rejected.reservationStatus, 'rejected');
    await centre(s).workers(s.made.worker).update({ activitySid: s.made.available });
  }],
  ['taskrouter_v1', 'UpdateTaskReservation', async (s) => {
    const { reservations } = centre(s).tasks(s.made.offer.task.sid);
    const [again] = await reservations.list({ reservationStatus: 'pending' });
    assert.equal((await reservations(again.sid).update({ instruction: 'accept' })).reservationStatus, 'accepted');
    assert.equal((await centre(s).tasks(s.made.offer.task.sid).fetch()).assignmentStatus, 'assigned');
    assert.equal((await reservations(again.sid).update({ reservationStatus: 'wrapping' })).reservationStatus, 'wrapping');
    assert.equal((await reservations(again.sid).update({ reservationStatus: 'completed' })).reservationStatus, 'completed');
    // The caller of a call task, in each of the ways that an app can connect it.
    for (const { sid } of await centre(s).tasks.list({ assignmentStatus: ['pending,reserved'] })) await centre(s).tasks(sid).update({ assignmentStatus: 'canceled', reason: 'tidied up' });
    await s.behave(CAROL, 'answer', [{ wait_for: 'connected' }, { hang_up: true }]);
    s.app.on('/voice', `<Enqueue workflowSid="${s.made.workflow}" waitUrl=""><Task>{"a":1}</Task></Enqueue>`);
    s.app.on('/agent', '<Pause length="600"/>');
    s.app.on('/elsewhere', '<Hangup/>');
    const ways = [
      { instruction: 'dequeue', dequeueFrom: OFFICE, dequeueTo: CAROL, dequeueTimeout: 30, dequeuePostWorkActivitySid: s.made.available, dequeueStatusCallbackUrl: `${s.app.url}/status`, dequeueStatusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'], dequeueRecord: 'do-not-record' },
      { instruction: 'call', callFrom: OFFICE, callTo: BOB, callUrl: `${s.app.url}/agent`, callAccept: true, callTimeout: 30, callStatusCallbackUrl: `${s.app.url}/status` },
      { instruction: 'redirect', redirectUrl: `${s.app.url}/elsewhere`, redirectAccept: true },
      { instruction: 'conference', from: OFFICE, to: CAROL, timeout: 30, postWorkActivitySid: s.made.available, endConferenceOnExit: true, endConferenceOnCustomerExit: true },
    ];
    for (const way of ways) {
      const caller = await s.call(ANN);
      const task = await until('the task', async () => (await centre(s).tasks.list({ assignmentStatus: ['reserved'], evaluateTaskAttributes: `call_sid == "${caller}"` }))[0]);
      const [reservation] = await centre(s).tasks(task.sid).reservations.list();
      const call = way.instruction === 'redirect' ? { redirectCallSid: caller } : {};
      await centre(s).tasks(task.sid).reservations(reservation.sid).update({ ...way, ...call });
      await until(`the assignment by ${way.instruction}`, async () => /assigned|wrapping/.test((await centre(s).tasks(task.sid).fetch()).assignmentStatus));
      if (way.instruction === 'call') await s.client.calls(caller).update({ status: 'completed' });
      await s.ended(caller);
      await centre(s).tasks(task.sid).update({ assignmentStatus: 'completed', reason: 'done' });
    }
  }],
  ['taskrouter_v1', 'UpdateTask', async (s) => {
    const { task } = await offer(s);
    const changed = await centre(s).tasks(task.sid).update({ attributes: '{"topic":"support"}', priority: 3, taskChannel: 'chat', virtualStartTime: new Date(Date.now() - 1000) });
    assert.deepEqual([changed.attributes, changed.priority, changed.taskChannelUniqueName], ['{"topic":"support"}', 3, 'chat']);
    const canceled = await centre(s).tasks(task.sid).update({ assignmentStatus: 'canceled', reason: 'wrong number' });
    assert.deepEqual([canceled.assignmentStatus, canceled.reason], ['canceled', 'wrong number']);
    s.made.canceled = task.sid;
  }],
  ['taskrouter_v1', 'DeleteTask', async (s) => {
    assert.equal(await centre(s).tasks(s.made.canceled).remove(), true);
    await assert.rejects(centre(s).tasks(s.made.canceled).fetch(), (error) => error.status === 404);
  }],
  ['taskrouter_v1', 'DeleteWorker', async (s) => {
    const [bea] = await centre(s).workers.list({ friendlyName: 'Bea' });
    assert.equal(await centre(s).workers(bea.sid).remove(), true);
  }],
  ['taskrouter_v1', 'DeleteWorkflow', async (s) => {
    const [spare] = await centre(s).workflows.list({ friendlyName: 'C' });
    assert.equal(await centre(s).workflows(spare.sid).remove(), true);
  }],
  ['taskrouter_v1', 'DeleteTaskQueue', async (s) => assert.equal(await centre(s).taskQueues(s.made.experts).remove(), true)],
  ['taskrouter_v1', 'DeleteActivity', async (s) => assert.equal(await centre(s).activities(s.made.notes).remove(), true)],
  ['taskrouter_v1', 'DeleteWorkspace', async (s) => {
    const [spare] = await s.client.taskrouter.v1.workspaces.list({ friendlyName: 'Spare 1' });
    assert.equal(await s.client.taskrouter.v1.workspaces(spare.sid).remove(), true);
  }],

  ['api_v2010', 'CreateQueue', async (s) => {
    s.made.callQueue = await s.client.queues.create({ friendlyName: 'support', maxSize: 10 });
    assert.deepEqual([s.made.callQueue.maxSize, s.made.callQueue.currentSize], [10, 0]);
    for (const friendlyName of ['sales', 'billing', 'lost']) await s.client.queues.create({ friendlyName });
  }],
  ['api_v2010', 'UpdateQueue', async (s) => {
    const changed = await s.client.queues(s.made.callQueue.sid).update({ friendlyName: 'help', maxSize: 5000 });
    assert.deepEqual([changed.friendlyName, changed.maxSize], ['help', 5000]);
  }],
  ['api_v2010', 'FetchQueue', async (s) => assert.equal((await s.client.queues(s.made.callQueue.sid).fetch()).friendlyName, 'help')],
  ['api_v2010', 'ListMember', async (s) => {
    s.app.on('/voice', '<Enqueue waitUrl="">help</Enqueue>');
    const waiting = [];
    for (const phone of [ANN, BOB, CAROL, '+15005550005']) {
      waiting.push(await s.call(phone));
      await until('the caller', async () => (await s.client.queues(s.made.callQueue.sid).fetch()).currentSize === waiting.length);
    }
    s.made.waiting = waiting;
    await everyPage(s.client.queues(s.made.callQueue.sid).members, {}, 4);
    assert.deepEqual((await s.client.queues(s.made.callQueue.sid).members.list()).map((it) => [it.callSid, it.position]), waiting.map((sid, index) => [sid, index + 1]));
  }],
  ['api_v2010', 'FetchMember', async (s) => {
    const { members } = s.client.queues(s.made.callQueue.sid);
    const second = await members(s.made.waiting[1]).fetch();
    assert.deepEqual([second.position, second.queueSid], [2, s.made.callQueue.sid]);
    assert.equal((await members('Front').fetch()).callSid, s.made.waiting[0]);
  }],
  ['api_v2010', 'UpdateMember', async (s) => {
    const { members } = s.client.queues(s.made.callQueue.sid);
    s.app.on('/elsewhere', '<Hangup/>');
    for (const sid of s.made.waiting) {
      assert.equal((await members('Front').update({ url: `${s.app.url}/elsewhere`, method: 'POST' })).callSid, sid);
      await s.ended(sid);
    }
  }],
  ['api_v2010', 'ListQueue', async (s) => {
    // Workflows have queues too.
    const all = await s.client.queues.list();
    await everyPage(s.client.queues, {}, all.length);
    assert.ok(all.some((it) => it.friendlyName === s.made.workflow));
  }],
  ['studio_v2', 'UpdateFlowValidate', async (s) => assert.equal((await s.client.studio.v2.flowValidate.update({ friendlyName: 'Hello', status: 'published', definition: hello('Hello'), commitMessage: 'try' })).valid, true)],
  ['studio_v2', 'CreateFlow', async (s) => {
    const flow = await s.client.studio.v2.flows.create({ friendlyName: 'Hello', status: 'draft', definition: hello('Hello'), commitMessage: 'first' });
    assert.deepEqual([flow.status, flow.revision, flow.valid, flow.definition.initial_state], ['draft', 1, true, 'Trigger']);
    s.made.flow = flow.sid;
    for (const friendlyName of ['A', 'B', 'C']) await s.client.studio.v2.flows.create({ friendlyName, status: 'published', definition: hello('Hi') });
  }],
  ['studio_v2', 'UpdateFlow', async (s) => {
    for (const [status, words] of [['published', 'Good morning'], ['draft', 'Good evening'], ['published', 'Good night']]) {
      const flow = await s.client.studio.v2.flows(s.made.flow).update({ status, friendlyName: words, definition: hello(words), commitMessage: words });
      assert.deepEqual([flow.status, flow.friendlyName, flow.definition.states[1].properties.say], [status, words, words]);
    }
  }],
  ['studio_v2', 'FetchFlow', async (s) => assert.equal((await s.client.studio.v2.flows(s.made.flow).fetch()).revision, 4)],
  ['studio_v2', 'ListFlow', async (s) => everyPage(s.client.studio.v2.flows, {}, 4)],
  ['studio_v2', 'ListFlowRevision', async (s) => {
    // twilio@6.2.0 cannot list them: it wants the number of a revision before it has any.
    const { revisions } = await (await s.get(`/v2/Flows/${s.made.flow}/Revisions`)).json();
    assert.deepEqual(revisions.map((it) => [it.revision, it.status]), [[4, 'published'], [3, 'draft'], [2, 'published'], [1, 'draft']]);
  }],
  ['studio_v2', 'FetchFlowRevision', async (s) => {
    const { revisions } = s.client.studio.v2.flows(s.made.flow);
    assert.equal((await revisions('1').fetch()).commitMessage, 'first');
    assert.equal((await revisions('LatestDraft').fetch()).revision, 3);
  }],
  ['studio_v2', 'DeleteFlow', async (s) => assert.equal(await s.client.studio.v2.flows(s.made.flow).remove(), true)],
  ['api_v2010', 'DeleteQueue', async (s) => assert.equal(await s.client.queues(s.made.callQueue.sid).remove(), true)],
];

const task = (s, more) => centre(s).tasks.create({ workflowSid: s.made.workflow, ...more });
const queue = (s, more) => centre(s).taskQueues.create({ friendlyName: 'Another', ...more });
const workflow = (s, more) => centre(s).workflows.create({ friendlyName: 'Another', configuration: routing(s.made.queue), ...more });
const worker = (s, more) => centre(s).workers.create({ friendlyName: 'Another', ...more });

/** `[operationId, HTTP status, Twilio's code, call]`. */
export const errors = [
  ['FetchWorkspace', 404, 20404, (s) => nobody(s).fetch()],
  ['ListActivity', 404, 20404, (s) => nobody(s).activities.list()],
  ['UpdateWorkspace', 400, 20001, (s) => centre(s).update({ defaultActivitySid: `WA${NOBODY}` })],
  ['CreateWorkspace', 400, 20001, (s) => s.client.taskrouter.v1.workspaces.create({ friendlyName: 'x'.repeat(65) })],
  ['CreateWorkspace', 400, 20001, (s) => s.client.taskrouter.v1.workspaces.create({ friendlyName: 'x', template: 'LIFO' })],
  ['CreateActivity', 400, 20001, (s) => centre(s).activities.create({ friendlyName: 'Offline' })],
  ['DeleteActivity', 400, 20001, (s) => centre(s).activities(s.made.offline).remove()],
  ['CreateTaskQueue', 400, 20001, (s) => queue(s, { friendlyName: 'Everybody' })],
  ['CreateTaskQueue', 400, 20001, (s) => queue(s, { targetWorkers: 'skill-level > 3' })],
  ['CreateTaskQueue', 400, 20001, (s) => queue(s, { maxReservedWorkers: 51 })],
  ['CreateTaskQueue', 400, 20001, (s) => queue(s, { reservationActivitySid: s.made.offline })],
  ['CreateTaskQueue', 400, 20001, (s) => queue(s, { assignmentActivitySid: s.made.offline })],
  ['ListTaskQueue', 400, 20001, (s) => centre(s).taskQueues.list({ evaluateWorkerAttributes: '{}' })],
  ['DeleteTaskQueue', 400, 20001, (s) => centre(s).taskQueues(s.made.queue).remove()],
  ['CreateWorkflow', 400, 20001, (s) => workflow(s, { configuration: '{' })],
  ['CreateWorkflow', 400, 20001, (s) => workflow(s, { configuration: routing(`WQ${NOBODY}`) })],
  ['CreateWorkflow', 400, 20001, (s) => workflow(s, { taskReservationTimeout: 86_401 })],
  ['CreateWorkflow', 400, 20001, (s) => workflow(s, { assignmentCallbackUrl: 'assignment' })],
  ['UpdateWorkflow', 400, 20001, (s) => centre(s).workflows(s.made.workflow).update({ reEvaluateTasks: 'true' })],
  ['CreateWorker', 400, 20001, (s) => worker(s, { friendlyName: 'ADA L' })],
  ['CreateWorker', 400, 20001, (s) => worker(s, { attributes: 'no' })],
  ['CreateWorker', 400, 20001, (s) => worker(s, { activitySid: `WA${NOBODY}` })],
  ['UpdateWorker', 400, 20001, (s) => centre(s).workers(s.made.worker).update({ activitySid: s.made.available, rejectPendingReservations: true })],
  ['ListWorker', 400, 20001, (s) => centre(s).workers.list({ ordering: 'DateStatusChanged:asc' })],
  ['DeleteWorker', 400, 20001, (s) => centre(s).workers(s.made.worker).remove()],
  ['CreateTask', 400, 20001, (s) => task(s, { workflowSid: `WW${NOBODY}` })],
  ['CreateTask', 400, 20001, (s) => task(s, { attributes: 'no' })],
  ['CreateTask', 400, 20001, (s) => task(s, { timeout: 1_209_601 })],
  ['CreateTask', 400, 20001, (s) => task(s, { taskChannel: 'pigeon' })],
  ['CreateTask', 400, 20001, (s) => task(s, { virtualStartTime: new Date(Date.now() + 86_400_000) })],
  ['CreateTask', 400, 20001, (s) => task(s, { routingTarget: s.made.worker })],
  ['CreateTask', 400, 20001, (s) => task(s, { ignoreCapacity: 'true' })],
  ['CreateTask', 400, 20001, (s) => task(s, { taskQueueSid: s.made.queue })],
  ['FetchTask', 404, 20404, (s) => centre(s).tasks(`WT${NOBODY}`).fetch()],
  ['ListTask', 400, 20001, (s) => centre(s).tasks.list({ ordering: 'DateCreated:asc,VirtualStartTime:asc' })],
  ['ListTask', 400, 20001, (s) => centre(s).tasks.list({ routingTarget: s.made.worker })],
  ['UpdateTask', 400, 20001, async (s) => {
    s.made.last = await offer(s);
    await centre(s).tasks(s.made.last.task.sid).update({ assignmentStatus: 'completed', reason: 'too early' });
  }],
  ['UpdateTask', 400, 20001, (s) => centre(s).tasks(s.made.last.task.sid).update({ assignmentStatus: 'canceled' })],
  ['UpdateTaskReservation', 400, 20001, (s) => last(s).update({})],
  ['UpdateTaskReservation', 400, 20001, (s) => last(s).update({ reservationStatus: 'completed' })],
  ['UpdateTaskReservation', 400, 20001, (s) => last(s).update({ instruction: 'conference', record: true })],
  ['UpdateTaskReservation', 400, 20001, (s) => last(s).update({ instruction: 'supervise', supervisorMode: 'monitor', supervisor: s.made.worker })],
  ['UpdateTaskReservation', 400, 55555, (s) => last(s).update({ instruction: 'dance' })],
  ['UpdateTaskReservation', 400, 40140, (s) => last(s).update({ instruction: 'dequeue' })],
  ['UpdateTaskReservation', 400, 40142, (s) => last(s).update({ instruction: 'conference' })],
  ['UpdateTaskReservation', 400, 40111, (s) => last(s).update({ instruction: 'call', callUrl: `${s.app.url}/agent` })],
  ['UpdateTaskReservation', 400, 40112, (s) => last(s).update({ instruction: 'call', callFrom: OFFICE })],
  ['UpdateTaskReservation', 400, 40113, (s) => last(s).update({ instruction: 'call', callFrom: OFFICE, callTo: 'client:ada', callUrl: `${s.app.url}/agent` })],
  ['UpdateTaskReservation', 400, 40120, (s) => last(s).update({ instruction: 'redirect' })],
  ['UpdateTaskReservation', 400, 40121, (s) => last(s).update({ instruction: 'redirect', redirectUrl: `${s.app.url}/agent` })],
  ['UpdateTaskReservation', 400, 40122, (s) => last(s).update({ instruction: 'redirect', redirectUrl: `${s.app.url}/agent`, redirectCallSid: `CA${NOBODY}` })],
  ['UpdateTaskReservation', 400, 40100, (s) => last(s).update({ instruction: 'reject', workerActivitySid: `WA${NOBODY}` })],
  ['UpdateTaskReservation', 400, 40114, async (s) => {
    await last(s).update({ reservationStatus: 'accepted' });
    await last(s).update({ instruction: 'call', callFrom: OFFICE, callUrl: `${s.app.url}/agent` });
  }],
  ['UpdateWorkerReservation', 400, 20001, (s) => centre(s).workers(s.made.worker).reservations(s.made.last.reservation.sid).update({ reservationStatus: 'accepted' })],
  ['FetchTaskReservation', 404, 20404, (s) => centre(s).tasks(s.made.last.task.sid).reservations(`WR${NOBODY}`).fetch()],
  ['CreateFlow', 400, 20001, (s) => s.client.studio.v2.flows.create({ friendlyName: 'Bad', status: 'published', definition: hello('Hi', 'nowhere') })],
  ['CreateFlow', 400, 20001, (s) => s.client.studio.v2.flows.create({ friendlyName: 'Bad', status: 'wrong', definition: hello('Hi') })],
  ['UpdateFlowValidate', 400, 20001, (s) => s.client.studio.v2.flowValidate.update({ friendlyName: 'Bad', status: 'draft', definition: '{' })],
  ['UpdateFlow', 404, 20404, (s) => s.client.studio.v2.flows(`FW${NOBODY}`).update({ status: 'draft' })],
  ['FetchFlowRevision', 404, 20404, (s) => s.client.studio.v2.flows(`FW${NOBODY}`).revisions('1').fetch()],
  ['CreateQueue', 400, 22003, (s) => s.client.queues.create({ friendlyName: 'sales' })],
  ['CreateQueue', 400, 20001, (s) => s.client.queues.create({ friendlyName: 'large', maxSize: 5001 })],
  ['FetchQueue', 404, 20404, (s) => s.client.queues(`QU${NOBODY}`).fetch()],
  ['FetchMember', 404, 20404, (s) => s.client.queues(`QU${NOBODY}`).members('Front').fetch()],
  ['DeleteQueue', 400, 22002, async (s) => {
    s.app.on('/voice', '<Enqueue waitUrl="">sales</Enqueue>');
    await s.call(ANN);
    const sales = await until('the caller', async () => (await s.client.queues.list()).find((it) => it.currentSize === 1));
    await s.client.queues(sales.sid).remove();
  }],
];

const last = (s) => centre(s).tasks(s.made.last.task.sid).reservations(s.made.last.reservation.sid);
