// send-sms.js in Twilio's own runtime of Functions; run as a program, beside `make run`.

import { once } from "node:events";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { LocalDevelopmentServer } from "@twilio/runtime-handler/dev";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));

/** Serves it with these variables as its context. */
export async function serveSendSms(env, port = 0) {
  const routes = { functions: [{ filePath: path("send-sms.js"), path: "/send-sms" }], assets: [] };
  const { app } = new LocalDevelopmentServer(port, { baseDir: path(".."), env, routes });
  const server = createServer(app).listen(port, "127.0.0.1");
  await once(server, "listening");
  return server;
}

if (process.argv[1] === path("serve.mjs")) {
  const api = process.env.API_URL ?? "http://127.0.0.1:3000";
  await serveSendSms({ API_URL: api, TOKEN_URL: `${api}/oauth2/token`, CLIENT_ID: "local", CLIENT_SECRET: "local" }, 3005);
  console.log("http://127.0.0.1:3005/send-sms");
}
