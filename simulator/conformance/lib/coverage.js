// How much of each OpenAPI file the simulator answers, and how much of that was tried.
import { FILES } from './openapi.js';

/** What the simulator says of operations that it does not have. */
const NOT_SIMULATED = 'the simulator does not have';

/** The operations that the simulator answers: it is asked for each, with made-up SIDs. */
export async function answered(stage) {
  const found = new Set();
  const authorization = `Basic ${Buffer.from(`${stage.accountSid}:${stage.authToken}`).toString('base64')}`;
  for (const operation of stage.api.operations) {
    const url = stage.url + operation.samplePath(stage.accountSid);
    const response = await fetch(url, { method: operation.method, headers: { authorization } });
    const text = await response.text();
    const problems = operation.answerProblems(response.status, response.headers.get('content-type'), Buffer.from(text), true);
    if (response.status !== 404 || !text.includes(NOT_SIMULATED)) found.add(operation);
    if (problems.length) throw new Error(`${operation.method} ${url}: ${problems.join('; ')}: ${text}`);
  }
  return found;
}

/** The table: a row for each file. */
export function coverage(api, answering, exchanges) {
  const good = (it) => it.operation && it.answer.status < 400 && it.problems.length === 0;
  const exercised = new Set(exchanges.filter(good).map((it) => it.operation));
  const rows = FILES.map((file) => {
    const own = api.operations.filter((it) => it.file === file);
    return {
      'file': `twilio_${file}.json`,
      'operations': own.length,
      'answered': own.filter((it) => answering.has(it)).length,
      'exercised': own.filter((it) => exercised.has(it)).length,
      'exchanges': exchanges.filter((it) => it.operation?.file === file).length,
      'rejected shapes': exchanges.filter((it) => it.operation?.file === file && it.problems.length).length,
    };
  });
  const missed = [...answering].filter((it) => !exercised.has(it)).map((it) => it.id);
  return { rows, missed };
}
