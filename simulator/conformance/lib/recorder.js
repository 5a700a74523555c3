// A reverse proxy that checks every exchange with Twilio's REST API against the OpenAPI files.
import http from 'node:http';

/** Starts one in front of `target`; `exchanges` grows with each request. */
export async function record(target, api, port = 0, onExchange = () => {}) {
  const exchanges = [];
  const server = http.createServer(async (request, response) => {
    try {
      const body = Buffer.concat(await request.toArray());
      const headers = { ...request.headers, host: new URL(target).host };
      delete headers['transfer-encoding'];
      const answer = await send(new URL(request.url, target), request.method, headers, body);
      if (!request.url.startsWith('/simulator')) {
        const contentType = request.headers['content-type'];
        const { status, body: answered, headers: { 'content-type': answerType } } = answer;
        const seen = { method: request.method, url: request.url, body: body.toString(), contentType };
        const exchange = { ...seen, answer: { status, contentType: answerType, body: answered } };
        Object.assign(exchange, api.check(exchange));
        exchanges.push(exchange);
        onExchange(exchange);
      }
      response.writeHead(answer.status, answer.headers);
      response.end(answer.body);
    } catch (error) {
      // The connection broke: so it does here.
      request.socket.destroy(error);
    }
  });
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    exchanges,
    problems: () => exchanges.flatMap((it) => it.problems.map((problem) => `${it.operation?.id ?? ''} ${it.method} ${it.url}: ${problem}`)),
    close: () => new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    }),
  };
}

function send(url, method, headers, body) {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method, headers: { ...headers, connection: 'close' } }, async (response) => {
      try {
        const answered = Buffer.concat(await response.toArray());
        const { 'transfer-encoding': _, ...rest } = response.headers;
        resolve({ status: response.statusCode, headers: rest, body: answered });
      } catch (error) {
        reject(error);
      }
    });
    request.on('error', reject);
    request.end(body);
  });
}
