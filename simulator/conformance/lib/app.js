// An app that Twilio asks: it checks every webhook with the SDK's own validator and by kind.
import http from 'node:http';
import twilio from 'twilio';
import { checkParams } from './params.js';

/** Starts one. `on(path, answer)` says what it answers: TwiML, or what a function of the hit gives. */
export async function startApp(authToken) {
  const app = { hits: [], problems: [], answers: new Map() };
  const server = http.createServer(async (request, response) => {
    request.on('error', () => {});
    const body = Buffer.concat(await request.toArray().catch(() => [])).toString();
    const url = new URL(request.url, app.url);
    const form = request.method === 'GET' ? url.searchParams : new URLSearchParams(body);
    const params = Object.fromEntries(form);
    const posted = request.method === 'GET' ? {} : params;
    const hit = { path: url.pathname, url: request.url, method: request.method, headers: request.headers, params };
    const signature = request.headers['x-twilio-signature'] ?? '';
    const answer = app.answers.get(url.pathname);
    // What a MediaUrl names is asked for without signature and parameters.
    if (answer?.file) return void answer.give(hit, response, request);
    if (!twilio.validateRequest(authToken, signature, app.url + request.url, posted)) {
      app.problems.push(`${request.method} ${request.url}: the signature ${signature} is not valid`);
    }
    // Where a redirect leads there are no parameters, and an app's own query is not Twilio's.
    if (!answer?.unchecked) {
      for (const name of answer?.query ?? []) delete params[name];
      const { kind, problems } = checkParams(params);
      hit.kind = kind;
      app.problems.push(...problems.map((problem) => `${request.method} ${request.url}: ${problem}`));
    }
    app.hits.push(hit);
    if (!answer) return response.writeHead(404).end();
    if (typeof answer.give === 'function') {
      const given = await answer.give(hit, response, request);
      if (given === undefined) return;
      return twiml(response, given);
    }
    twiml(response, answer.give);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  app.url = `http://127.0.0.1:${server.address().port}`;
  app.on = (path, give, options = {}) => app.answers.set(path, { give, ...options });
  app.at = (path) => app.hits.filter((hit) => hit.path === path);
  app.close = () => new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
  return app;
}

/** Verbs become a document; a document, or the SDK's object, stays as it is. */
export function twiml(response, document) {
  const text = String(document);
  const whole = /^\s*<(\?xml|Response)/.test(text) ? text : `<Response>${text}</Response>`;
  response.writeHead(200, { 'Content-Type': 'text/xml; charset=utf-8' }).end(whole);
}
