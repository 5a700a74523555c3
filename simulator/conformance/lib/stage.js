// A simulator of its own, an app, and the official SDK, for one test file.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import readline from 'node:readline';
import twilio from 'twilio';
import { startApp } from './app.js';
import { Api } from './openapi.js';
import { record } from './recorder.js';

const BINARY = process.env.SIMULATOR_BIN ?? path.resolve(import.meta.dirname, '../../../target/debug/simulator');
const ACCOUNT = 'AC0123456789abcdef0123456789abcdef';
const TOKEN = 'the token of the account';

/** Numbers: ours, and people's. */
export const OFFICE = '+15005550100';
export const [ANN, BOB, CAROL, DAVE] = ['+15005550001', '+15005550002', '+15005550003', '+15005550004'];

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until `look` gives something, for 20 s at most. */
export async function until(what, look) {
  let pause = 10;
  for (const end = Date.now() + 20_000; Date.now() < end; pause = Math.min(pause * 1.2, 100)) {
    const found = await look();
    if (found) return found;
    await sleep(pause);
  }
  assert.fail(`did not happen within 20 s: ${what}`);
}

export class Stage {
  static async start({ speed = 50 } = {}) {
    const stage = new Stage();
    stage.process = spawn(BINARY, ['--listen', '127.0.0.1:0', '--account-sid', ACCOUNT, '--auth-token', TOKEN, '--speed', String(speed)], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    process.on('exit', () => stage.process.kill());
    const failed = new Promise((_, reject) => {
      stage.process.on('error', (error) => reject(new Error(`${BINARY}: ${error.message}; build it, or set SIMULATOR_BIN`)));
      stage.process.on('exit', (code) => reject(new Error(`${BINARY} ended with ${code}`)));
    });
    failed.catch(() => {});
    const lines = readline.createInterface(stage.process.stdout);
    stage.url = await Promise.race([new Promise((resolve) => lines.once('line', resolve)), failed]);
    stage.accountSid = ACCOUNT;
    stage.authToken = TOKEN;
    stage.app = await startApp(TOKEN);
    stage.api = new Api();
    stage.recorder = await record(stage.url, stage.api);
    stage.client = stage.sdk(ACCOUNT, TOKEN);
    return stage;
  }

  /** The official client, pointed at the simulator by way of the recorder. */
  sdk(accountSid, authToken) {
    const client = twilio(accountSid, authToken, { accountSid: ACCOUNT });
    const products = ['api', 'taskrouter', 'studio', 'messaging', 'flexApi'];
    for (const product of products) client[product].baseUrl = this.recorder.url;
    return client;
  }

  /** A number of the account whose voice URL is `path` of the app. */
  number(phoneNumber = OFFICE, path = '/voice', more = {}) {
    return this.client.incomingPhoneNumbers.create({ phoneNumber, voiceUrl: this.app.url + path, ...more });
  }

  async control(method, path, body) {
    const response = await fetch(`${this.url}/simulator/${path}`, { method, body: body && JSON.stringify(body) });
    const text = await response.text();
    assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`);
    return text ? JSON.parse(text) : undefined;
  }

  /** A phone calls; the call's SID. Steps are written as in the contract. */
  async call(from, script = [], to = OFFICE, more = {}) {
    const { call_sid } = await this.control('POST', `phones/${encodeURIComponent(from)}/calls`, { to, script, ...more });
    return call_sid;
  }

  /** What a phone does when called. */
  behave(number, on_call, script, after_ms) {
    return this.control('PUT', `phones/${encodeURIComponent(number)}/behavior`, { on_call, script, after_ms });
  }

  /** What a phone does when texted. */
  onMessage(number, on_message) {
    return this.control('PUT', `phones/${encodeURIComponent(number)}/behavior`, { on_message });
  }

  /** A phone sends a text; the message's SID. */
  async text(from, body, to = OFFICE, media = undefined) {
    const { message_sid } = await this.control('POST', `phones/${encodeURIComponent(from)}/messages`, { to, body, media });
    return message_sid;
  }

  /** The texts that arrived on a phone, oldest first. */
  async textsOn(number) {
    const { messages } = await this.control('GET', `phones/${encodeURIComponent(number)}`);
    return messages.filter((it) => it.to === number && it.arrived);
  }

  /** Waits for a message's last status. */
  settled(sid) {
    return until(`the end of ${sid}`, async () => {
      const message = await this.client.messages(sid).fetch();
      return /^(delivered|undelivered|failed|received)$/.test(message.status) && message;
    });
  }

  /** Twilio's codes for what was wrong with messages since this was asked last. */
  async messageWarnings() {
    const events = await this.#eventsSoFar();
    return events.filter((it) => it.type === 'warning' && it.message_sid).map((it) => it.code);
  }

  async #eventsSoFar() {
    // A request of its own is the last event.
    const since = this.lastEvent ?? 0;
    const mark = `?mark=${since}`;
    await fetch(`${this.url}/2010-04-01/Accounts/${this.accountSid}/Messages.json${mark}`);
    const stream = await fetch(`${this.url}/simulator/events?since=${since}`);
    const events = [];
    let rest = '';
    for await (const chunk of stream.body.pipeThrough(new TextDecoderStream())) {
      const parts = (rest + chunk).split('\n\n');
      rest = parts.pop();
      for (const part of parts) {
        const data = part.split('\n').find((line) => line.startsWith('data:'));
        if (!data) continue;
        events.push(JSON.parse(data.slice(5)));
        if (events.at(-1).type === 'rest' && events.at(-1).path.endsWith(mark)) {
          this.lastEvent = events.at(-1).id;
          return events;
        }
      }
    }
    return events;
  }

  transcript(sid) {
    return this.control('GET', `calls/${sid}/transcript`);
  }

  /** Waits for the end of a call. */
  ended(sid) {
    const over = /^(completed|busy|failed|no-answer|canceled)$/;
    return until(`the end of ${sid}`, async () => {
      const call = await this.control('GET', `calls/${sid}`);
      return over.test(call.status) && call;
    });
  }

  /** Calls, waits for the end, and gives what happened; the person's script must have worked. */
  async conversation(from, script, to, more) {
    const sid = await this.call(from, script, to, more);
    const call = await this.ended(sid);
    const transcript = await this.transcript(sid);
    const errors = transcript.filter((entry) => entry.kind === 'script-error');
    assert.deepEqual(errors, [], JSON.stringify(transcript, null, 1));
    return { sid, call, transcript, heard: heard(transcript), warnings: warnings(transcript) };
  }

  /** What a phone heard on its last call. */
  async heardBy(number) {
    const phone = await this.control('GET', `phones/${encodeURIComponent(number)}`);
    return heard(phone.transcript);
  }

  webhooks() {
    return this.control('GET', 'webhooks?since=0');
  }

  /** Ends it. Every answer, every request and every webhook until now was right. */
  async stop() {
    await sleep(100);
    const problems = [...this.recorder.problems(), ...this.app.problems];
    await this.recorder.close();
    this.process.removeAllListeners('exit');
    this.process.kill();
    await this.app.close();
    assert.deepEqual(problems, []);
  }
}

/** The words that were heard, in order, without ringing. */
export function heard(transcript) {
  const sounds = transcript.filter((entry) => entry.kind === 'heard' && entry.source !== 'ringing');
  return sounds.map((entry) => entry.text);
}

/** The codes of what the debugger would show. */
export function warnings(transcript) {
  return transcript.filter((entry) => entry.kind === 'warning').map((entry) => entry.code);
}
