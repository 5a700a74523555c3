#!/usr/bin/env node
// Checks the REST requests that an app makes to Twilio against Twilio's OpenAPI files.
//
//   node validate-requests.js --simulator http://127.0.0.1:3001 [--follow]
//     reads the simulator's event log: nothing has to be changed in the app
//   node validate-requests.js --target http://127.0.0.1:3001 --port 3101
//     a proxy to point an app at: checks the answers as well, until interrupted
//
// One line for each request; the exit status is 1 if any was wrong, or if there was none.
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { Api } from './lib/openapi.js';
import { record } from './lib/recorder.js';

/** The REST requests in a simulator's event log; ends when it has been quiet for `quietMs`. */
export async function* loggedRequests(simulator, quietMs = 500) {
  const response = await fetch(`${simulator}/simulator/events?since=0`);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    let timer;
    const quiet = new Promise((resolve) => { if (Number.isFinite(quietMs)) timer = setTimeout(resolve, quietMs, { done: true }); });
    const { done, value } = await Promise.race([reader.read(), quiet]);
    clearTimeout(timer);
    if (done) break;
    text += value;
    const lines = text.split('\n');
    text = lines.pop();
    for (const line of lines.filter((it) => it.startsWith('data:'))) {
      const event = JSON.parse(line.slice(5));
      if (event.type === 'rest') yield event;
    }
  }
  await reader.cancel();
}

/** What is wrong with a logged request. A fault's refusal is none of the app's doing. */
export function checkLogged(api, { method, path, params, status, fault }) {
  const body = new URLSearchParams(params).toString();
  const { operation, problems } = api.check({ method, url: path, body, contentType: body && 'application/x-www-form-urlencoded' });
  // A resource that is gone, or not there yet, is something that apps must live with.
  const refused = status >= 400 && status !== 404 && !fault;
  return { operation, problems: refused ? [...problems, `refused with ${status}`] : problems };
}

function show({ method, url, operation, problems }) {
  console.log(`${problems.length ? 'WRONG' : 'ok   '} ${method} ${url} ${operation?.id ?? ''}`);
  for (const problem of problems) console.log(`      ${problem}`);
}

async function main() {
  const { values } = parseArgs({ options: { simulator: { type: 'string' }, follow: { type: 'boolean' }, target: { type: 'string' }, port: { type: 'string', default: '0' } } });
  const api = new Api();
  if (values.target) {
    const proxy = await record(values.target, api, Number(values.port), show);
    console.log(`${proxy.url} -> ${values.target}`);
    process.on('SIGINT', () => process.exit(proxy.exchanges.length === 0 || proxy.problems().length ? 1 : 0));
    return;
  }
  if (!values.simulator) throw new Error('--simulator URL or --target URL');
  let [seen, wrong] = [0, 0];
  for await (const request of loggedRequests(values.simulator, values.follow ? Infinity : 500)) {
    const checked = checkLogged(api, request);
    show({ method: request.method, url: request.path, ...checked });
    seen += 1;
    wrong += checked.problems.length ? 1 : 0;
  }
  console.log(`${seen} requests, ${wrong} wrong`);
  process.exitCode = seen === 0 || wrong ? 1 : 0;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await main();
