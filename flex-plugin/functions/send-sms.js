// Sends a text through Switchboard's API, which holds it to consent and caps. Parameters: To, Body,
// and IdempotencyKey, with which a repeated request sends nothing again. Logs neither number nor text.

let token = { until: 0 };

async function accessToken({ TOKEN_URL, CLIENT_ID, CLIENT_SECRET }) {
  if (Date.now() < token.until) return token.value;
  const authorization = `Basic ${Buffer.from(`${CLIENT_ID}:${CLIENT_SECRET}`).toString("base64")}`;
  const body = new URLSearchParams({ grant_type: "client_credentials" });
  const answer = await fetch(TOKEN_URL, { method: "POST", headers: { authorization }, body });
  if (!answer.ok) throw new Error(`the token endpoint answered ${answer.status}`);
  const { access_token: value, expires_in: seconds } = await answer.json();
  token = { value, until: Date.now() + (seconds - 60) * 1000 };
  return value;
}

exports.handler = async function (context, { To, Body, IdempotencyKey }, callback) {
  const response = new Twilio.Response();
  // A Flex plugin is a page of another origin, and asks without cookies.
  response.appendHeader("Access-Control-Allow-Origin", "*").appendHeader("Content-Type", "application/json");
  try {
    const headers = { authorization: `Bearer ${await accessToken(context)}`, "content-type": "application/json" };
    if (IdempotencyKey) headers["idempotency-key"] = IdempotencyKey;
    const body = JSON.stringify({ to: To, body: Body });
    const answer = await fetch(`${context.API_URL}/api/messages`, { method: "POST", headers, body });
    if (answer.status === 401) token = { until: 0 };
    response.setStatusCode(answer.status).setBody(await answer.json());
  } catch (error) {
    response.setStatusCode(502).setBody({ status: 502, title: "Bad Gateway", detail: error.message });
  }
  callback(null, response);
};
