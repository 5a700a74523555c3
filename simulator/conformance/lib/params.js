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
  AnsweredBy: /^(human|machine_start|machine_end_beep|fax|unknown)$/,
};
const RFC_2822 = /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000$/;
const RECORDING_URL = /^https?:\/\/.+\/2010-04-01\/Accounts\/AC[0-9a-f]{32}\/Recordings\/RE[0-9a-f]{32}$/;
const SECONDS = /^\d+$/;

/** `always` is there, `maybe` may be, nothing else is. The first whose `mark` is there is the kind. */
export const KINDS = {
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
    maybe: { ...CALL_MAYBE, CallDuration: SECONDS, Duration: SECONDS, SipResponseCode: /^\d{3}$/ },
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

/** The kind of a webhook, and what is wrong with its parameters. */
export function checkParams(params) {
  const kind = Object.keys(KINDS).find((name) => KINDS[name].mark in params);
  if (!kind) return { kind: 'unknown', problems: ['no kind of webhook has these parameters'] };
  const { always, maybe } = KINDS[kind];
  const problems = Object.keys(always).filter((name) => !(name in params)).map((name) => `${kind}: ${name} is missing`);
  for (const [name, value] of Object.entries(params)) {
    const pattern = always[name] ?? maybe[name];
    if (!pattern) problems.push(`${kind}: ${name} is not a parameter of it`);
    else if (!pattern.test(value)) problems.push(`${kind}: ${name}=${JSON.stringify(value)} is not ${pattern}`);
  }
  if (kind === 'status' && /^(completed|busy|failed|no-answer|canceled)$/.test(params.CallStatus)) {
    for (const name of ['CallDuration', 'Duration']) if (!(name in params)) problems.push(`status: ${name} is missing at the end`);
  }
  return { kind, problems };
}
