// What each kind of webhook tells: ../shared/TWILIO.md, from Twilio's documentation.

const PLACES = ['From', 'To', 'Caller', 'Called'].flatMap((party) =>
  ['City', 'State', 'Zip', 'Country'].map((place) => party + place));

const CALL = {
  AccountSid: /^AC[0-9a-f]{32}$/,
  CallSid: /^CA[0-9a-f]{32}$/,
  From: /^(\+\d+|anonymous|restricted|)$/,
  To: /^\+\d+$/,
  Caller: /^(\+\d+|anonymous|restricted|)$/,
  Called: /^\+\d+$/,
  CallStatus: /^(queued|initiated|ringing|in-progress|completed|busy|failed|no-answer|canceled)$/,
  ApiVersion: /^2010-04-01$/,
  Direction: /^(inbound|outbound-api|outbound-dial)$/,
  ...Object.fromEntries(PLACES.map((name) => [name, /^.*$/])),
};
const CALL_MAYBE = {
  ForwardedFrom: /^\+\d+$/,
  CalledVia: /^\+\d+$/,
  CallerName: /./,
  ParentCallSid: /^CA[0-9a-f]{32}$/,
  CallToken: /^{"parentCallInfoToken":/,
  StirVerstat: /^TN-Validation-Passed-A$/,
  AnsweredBy: /^(human|machine_start|machine_end_beep|fax|unknown)$/,
};
const RFC_2822 = /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000$/;
const RECORDING_URL = /^https?:\/\/.+\/2010-04-01\/Accounts\/AC[0-9a-f]{32}\/Recordings\/RE[0-9a-f]{32}$/;
const SECONDS = /^\d+$/;

const PARTICIPANT = {
  CallSid: CALL.CallSid, Muted: /^(true|false)$/, Hold: /^(true|false)$/, Coaching: /^(true|false)$/,
  EndConferenceOnExit: /^(true|false)$/, StartConferenceOnEnter: /^(true|false)$/,
};
const CONFERENCE = {
  AccountSid: CALL.AccountSid, ConferenceSid: /^CF[0-9a-f]{32}$/, FriendlyName: /./,
  SequenceNumber: SECONDS, Timestamp: RFC_2822, StatusCallbackEvent: /^[a-z-]+$/,
};
const LABEL = { ParticipantLabel: /./ };
const SID = (prefix) => new RegExp(`^${prefix}[0-9a-f]{32}$`);
const JSON_OBJECT = /^\{[^]*\}$/;
const QUEUE = { QueueSid: SID('QU'), QueueTime: SECONDS };
const TASK = {
  TaskSid: SID('WT'), TaskAttributes: JSON_OBJECT, TaskAge: SECONDS, TaskPriority: SECONDS,
  TaskAssignmentStatus: /^(pending|reserved|assigned|wrapping|canceled|completed)$/, TaskDateCreated: SECONDS,
  TaskVirtualStartTime: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, TaskVersion: SECONDS, TaskIgnoreCapacity: /^false$/,
  TaskChannelSid: SID('TC'), TaskChannelUniqueName: /./, WorkflowSid: SID('WW'), WorkflowName: /./,
};
const TASK_MAYBE = {
  TaskQueueSid: SID('WQ'), TaskQueueName: /./, TaskQueueTargetExpression: /^/, TaskQueueEnteredDate: SECONDS,
  TaskCanceledReason: /./, TaskCompletedReason: /./, Reason: /./, WorkflowFilterName: /./,
};
const WORKER = {
  WorkerSid: SID('WK'), WorkerName: /./, WorkerAttributes: JSON_OBJECT, WorkerActivitySid: SID('WA'),
  WorkerActivityName: /./, WorkerVersion: SECONDS,
};
const PREVIOUS = {
  WorkerPreviousActivitySid: SID('WA'), WorkerPreviousActivityName: /./,
  WorkerTimeInPreviousActivity: SECONDS, WorkerTimeInPreviousActivityMs: SECONDS,
};
const EVENT = {
  Sid: SID('EV'), EventType: /^[a-z-]+(\.[a-z-]+)+$/, EventDescription: /./, AccountSid: CALL.AccountSid,
  WorkspaceSid: SID('WS'), WorkspaceName: /./, ResourceType: /^(task|reservation|worker|activity|workflow|workspace|task-queue)$/,
  ResourceSid: /^(WT|WR|WK|WA|WW|WS|WQ)[0-9a-f]{32}$/, Timestamp: SECONDS, TimestampMs: SECONDS,
};
const of = (pattern) => (it) => pattern.test(it.EventType ?? '');
const named = (pattern) => (it) => pattern.test(it.StatusCallbackEvent ?? '');

/** `always` is there, `maybe` may be, nothing else is. The first whose `mark` is there, or that says so itself, is the kind. */
export const KINDS = {
  reservationEvent: { is: of(/^reservation\.(?!failed)/), always: { ...EVENT, ...TASK, ...WORKER, ReservationSid: SID('WR'), ReservationVersion: SECONDS }, maybe: TASK_MAYBE },
  failedEvent: { is: of(/^reservation\.failed$/), always: { ...EVENT, ...TASK, ReservationSid: SID('WR'), ReservationVersion: SECONDS }, maybe: TASK_MAYBE },
  taskEvent: { is: of(/^(task\.|task-queue\.(entered|moved|timeout)|workflow\.(entered|target-matched|timeout|skipped))/), always: { ...EVENT, ...TASK }, maybe: TASK_MAYBE },
  workerEvent: { is: of(/^worker\./), always: { ...EVENT, ...WORKER }, maybe: PREVIOUS },
  activityEvent: { is: of(/^activity\./), always: { ...EVENT, ActivitySid: SID('WA'), ActivityName: /./, ActivityAvailable: /^(true|false)$/ }, maybe: {} },
  taskQueueEvent: { is: of(/^task-queue\./), always: { ...EVENT, TaskQueueSid: SID('WQ'), TaskQueueName: /./, TaskQueueTargetExpression: /^/ }, maybe: {} },
  workflowEvent: { is: of(/^workflow\./), always: { ...EVENT, WorkflowSid: SID('WW'), WorkflowName: /./ }, maybe: {} },
  workspaceEvent: { is: of(/^workspace\./), always: EVENT, maybe: {} },
  assignment: {
    mark: 'ReservationSid',
    always: {
      Timestamp: SECONDS, AccountSid: CALL.AccountSid, WorkspaceSid: SID('WS'), WorkflowSid: SID('WW'), TaskQueueSid: SID('WQ'), WorkerSid: SID('WK'),
      WorkerAttributes: JSON_OBJECT, TaskSid: SID('WT'), TaskAttributes: JSON_OBJECT, TaskAge: SECONDS, TaskPriority: SECONDS, ReservationSid: SID('WR'),
    },
    maybe: {},
  },
  waiting: { mark: 'QueuePosition', always: { ...CALL, ...QUEUE, QueuePosition: SECONDS, AvgQueueTime: SECONDS, CurrentQueueSize: SECONDS, MaxQueueSize: SECONDS }, maybe: { ...CALL_MAYBE, Digits: /./, FinishedOnKey: /.?/, msg: /./ } },
  dequeuing: { mark: 'DequeingCallSid', always: { ...CALL, ...QUEUE, DequeingCallSid: CALL.CallSid }, maybe: CALL_MAYBE },
  enqueued: { mark: 'QueueResult', always: { ...CALL, QueueResult: /^(bridged|bridging-in-process|error|hangup|leave|redirected|redirected-from-bridged|queue-full|system-error)$/ }, maybe: { ...CALL_MAYBE, ...QUEUE } },
  conferenceEnd: {
    is: named(/^conference-end$/),
    always: { ...CONFERENCE, ReasonConferenceEnded: /^(conference-ended-via-api|last-participant-(kicked|left)|participant-with-end-conference-on-exit-(kicked|left))$/, Reason: /./ },
    maybe: { CallSidEndingConference: CALL.CallSid, ParticipantLabelEndingConference: /./ },
  },
  conferenceStart: { is: named(/^conference-start$/), always: CONFERENCE, maybe: {} },
  participantLeave: {
    is: named(/^participant-leave$/),
    always: {
      ...CONFERENCE, ...PARTICIPANT, ParticipantCallStatus: /^(no-answer|busy|in-progress|failed|canceled|completed)$/,
      ReasonParticipantLeft: /^(conference_ended_via_api|moderator_ended_conference|participant_updated_via_api|participant_hung_up|participant_add_failed)$/,
    },
    maybe: LABEL,
  },
  participant: { is: named(/^participant-(join|mute|unmute|hold|unhold|modify|speech-start|speech-stop)$/), always: { ...CONFERENCE, ...PARTICIPANT }, maybe: LABEL },
  announcement: { is: named(/^announcement-(end|fail)$/), always: { ...CONFERENCE, AnnounceUrl: /^http/ }, maybe: { ...PARTICIPANT, ...LABEL, ReasonAnnouncementFailed: /./ } },
  conferenceRecording: {
    is: (it) => 'RecordingStatus' in it && 'ConferenceSid' in it,
    always: {
      AccountSid: CALL.AccountSid, ConferenceSid: CONFERENCE.ConferenceSid, RecordingSid: /^RE[0-9a-f]{32}$/, RecordingUrl: RECORDING_URL,
      RecordingStatus: /^(in-progress|completed|absent)$/, RecordingChannels: /^1$/, RecordingSource: /^Conference$/, RecordingStartTime: RFC_2822,
    },
    maybe: { RecordingDuration: SECONDS },
  },
  dialConference: { is: (it) => 'DialCallStatus' in it && !('DialBridged' in it), always: { ...CALL, DialCallStatus: /^(answered|failed)$/ }, maybe: CALL_MAYBE },
  music: { is: (it) => 'ConferenceSid' in it && 'CallSid' in it, always: { CallSid: CALL.CallSid, ConferenceSid: CONFERENCE.ConferenceSid }, maybe: {} },
  announce: { mark: 'ConferenceSid', always: { ConferenceSid: CONFERENCE.ConferenceSid }, maybe: {} },
  fallback: { mark: 'ErrorCode', always: { ...CALL, ErrorCode: /^\d{5}$/, ErrorUrl: /./ }, maybe: { ...CALL_MAYBE, Digits: /./, FinishedOnKey: /.?/, msg: /./ } },
  recording: {
    mark: 'RecordingStatus',
    always: {
      AccountSid: CALL.AccountSid, CallSid: CALL.CallSid, RecordingSid: /^RE[0-9a-f]{32}$/, RecordingUrl: RECORDING_URL,
      RecordingStatus: /^(in-progress|completed|absent|failed)$/, RecordingChannels: /^[12]$/,
      RecordingSource: /^(RecordVerb|DialVerb|OutboundAPI)$/, RecordingStartTime: RFC_2822,
    },
    maybe: { RecordingDuration: SECONDS },
  },
  status: {
    mark: 'CallbackSource',
    always: { ...CALL, CallbackSource: /^call-progress-events$/, SequenceNumber: SECONDS, Timestamp: RFC_2822 },
    maybe: { ...CALL_MAYBE, CallDuration: SECONDS, Duration: SECONDS, SipResponseCode: /^\d{3}$/, taskCallSid: CALL.CallSid },
  },
  dial: {
    mark: 'DialCallStatus',
    always: { ...CALL, DialCallStatus: /^(completed|answered|busy|no-answer|failed|canceled)$/, DialBridged: /^(true|false)$/ },
    maybe: {
      ...CALL_MAYBE, DialCallSid: CALL.CallSid, DialCallDuration: SECONDS,
      RecordingSid: /^RE/, RecordingUrl: RECORDING_URL, RecordingDuration: SECONDS,
    },
  },
  record: {
    mark: 'RecordingUrl',
    always: { ...CALL, RecordingSid: /^RE[0-9a-f]{32}$/, RecordingUrl: RECORDING_URL, RecordingDuration: SECONDS },
    maybe: { ...CALL_MAYBE, Digits: /^([0-9*#]|hangup)$/ },
  },
  speech: { mark: 'SpeechResult', always: { ...CALL, SpeechResult: /^.*$/ }, maybe: { ...CALL_MAYBE, Confidence: /^(0(\.\d+)?|1(\.0)?)$/ } },
  gather: { mark: 'Digits', always: { ...CALL, Digits: /^[0-9*#A-D]*$/ }, maybe: { ...CALL_MAYBE, FinishedOnKey: /^[0-9*#]?$/, msg: /^Gather End$/ } },
  voice: { mark: 'CallSid', always: CALL, maybe: CALL_MAYBE },
};

const MESSAGE = {
  AccountSid: CALL.AccountSid,
  ApiVersion: CALL.ApiVersion,
  MessageSid: /^(SM|MM)[0-9a-f]{32}$/,
  SmsSid: /^(SM|MM)[0-9a-f]{32}$/,
  From: /^\+?\d+$/,
  To: /^\+\d+$/,
};
const INBOUND = {
  ...MESSAGE,
  SmsMessageSid: MESSAGE.SmsSid,
  SmsStatus: /^received$/,
  Body: /^[^]*$/,
  NumMedia: SECONDS,
  NumSegments: SECONDS,
  ...Object.fromEntries(PLACES.filter((name) => /^(From|To)/.test(name)).map((name) => [name, /^.*$/])),
};
const MEDIA_URL = /^https?:\/\/.+\/2010-04-01\/Accounts\/AC[0-9a-f]{32}\/Messages\/MM[0-9a-f]{32}\/Media\/ME[0-9a-f]{32}$/;
const INBOUND_MAYBE = {
  OptOutType: /^(STOP|START|HELP)$/,
  ...Object.fromEntries(Array.from({ length: 10 }, (_, index) => [[`MediaUrl${index}`, MEDIA_URL], [`MediaContentType${index}`, /^\w+\/[\w.+-]+$/]]).flat()),
};
const OUTCOME = { MessageStatus: /^(sending|invalid)$/, SmsStatus: /^(sending|invalid)$/ };

/** The kinds of webhooks about texts. */
export const MESSAGE_KINDS = {
  messageFallback: { is: (it) => 'ErrorUrl' in it && 'Body' in it, always: { ...INBOUND, ErrorCode: /^\d{5}$/, ErrorUrl: /./ }, maybe: INBOUND_MAYBE },
  messageAction: { is: (it) => 'MessageStatus' in it && 'Body' in it, always: { ...INBOUND, ...OUTCOME }, maybe: INBOUND_MAYBE },
  callAction: { is: (it) => 'MessageStatus' in it && 'CallSid' in it, always: { ...CALL, ...OUTCOME, MessageSid: MESSAGE.MessageSid, SmsSid: MESSAGE.SmsSid }, maybe: CALL_MAYBE },
  messageStatus: {
    is: (it) => 'MessageStatus' in it,
    always: { ...MESSAGE, MessageStatus: /^(sent|delivered|undelivered|failed)$/, SmsStatus: /^(sent|delivered|undelivered|failed)$/ },
    maybe: { ErrorCode: /^\d{5}$/, RawDlrDoneDate: /^\d{10}$/ },
  },
  message: { is: (it) => 'Body' in it, always: INBOUND, maybe: INBOUND_MAYBE },
};

/** The kind of a webhook, and what is wrong with its parameters. */
export function checkParams({ AddedLater, ...params }) {
  const kind = Object.keys(MESSAGE_KINDS).find((name) => MESSAGE_KINDS[name].is(params)) ?? Object.keys(KINDS).find((name) => (KINDS[name].is ? KINDS[name].is(params) : KINDS[name].mark in params));
  if (!kind) return { kind: 'unknown', problems: ['no kind of webhook has these parameters'] };
  const { always, maybe } = MESSAGE_KINDS[kind] ?? KINDS[kind];
  // As Twilio adds some without notice, each webhook has one that is of no kind.
  const added = AddedLater === undefined ? [`${kind}: AddedLater is missing`] : [];
  const problems = Object.keys(always).filter((name) => !(name in params)).map((name) => `${kind}: ${name} is missing`).concat(added);
  for (const [name, value] of Object.entries(params)) {
    const pattern = always[name] ?? maybe[name];
    if (!pattern) problems.push(`${kind}: ${name} is not a parameter of it`);
    else if (!pattern.test(value)) problems.push(`${kind}: ${name}=${JSON.stringify(value)} is not ${pattern}`);
  }
  if (kind === 'status' && /^(completed|busy|failed|no-answer|canceled)$/.test(params.CallStatus)) {
    for (const name of ['CallDuration', 'Duration']) if (!(name in params)) problems.push(`status: ${name} is missing at the end`);
  }
  if (kind === 'messageStatus' && (params.MessageStatus === 'undelivered' || params.MessageStatus === 'failed') !== 'ErrorCode' in params) {
    problems.push(`messageStatus: ErrorCode and ${params.MessageStatus} do not belong together`);
  }
  for (let index = 0; kind === 'message' && index < Number(params.NumMedia); index += 1) {
    for (const name of [`MediaUrl${index}`, `MediaContentType${index}`]) if (!(name in params)) problems.push(`message: ${name} is missing`);
  }
  return { kind, problems };
}
