// A local stack, for one run: Switchboard's API and the simulator.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import twilio from "twilio";

const BINARY = process.env.LOCAL_BIN ?? fileURLToPath(new URL("../../target/debug/local", import.meta.url));
const PORTS = ["--port", "--simulator-port", "--dynamodb-port", "--s3-port", "--aws-port"].flatMap((port) => [port, "0"]);

/** Not the one that a test watches. */
const { fetch } = globalThis;

export const OFFICE = "+15005550100";

export class Stack {
  static async start() {
    const stack = new Stack();
    const options = ["--ephemeral", "--no-seed", "--speed", "100", ...PORTS];
    stack.process = spawn(BINARY, options, { stdio: ["ignore", "pipe", "pipe"] });
    process.once("exit", () => stack.process.kill("SIGKILL"));
    const ended = Promise.all([text(stack.process.stderr), once(stack.process, "exit")]).then(([why]) => {
      throw new Error(`${BINARY} ended: ${why}`);
    });
    ended.catch(() => {});
    const lines = createInterface(stack.process.stdout);
    const address = (what) =>
      new Promise((found) => {
        lines.on("line", (line) => line.trim().startsWith(what) && found(line.split(/\s+/).at(-1)));
      });
    [stack.api, stack.simulator] = await Promise.race([Promise.all([address("API "), address("Phones and ")]), ended]);
    stack.twilio = twilio("AC00000000000000000000000000000001", "local-auth-token");
    stack.twilio.api.baseUrl = stack.simulator;
    return stack;
  }

  /** Texts that a phone got, as Twilio's SDK lists them. */
  async textsTo(phone) {
    const texts = await this.twilio.messages.list({ to: phone });
    return texts.map(({ sid, from, body }) => ({ sid, from, body }));
  }

  /** The person of a simulated phone texts STOP, and Switchboard knows. */
  async optOut(phone) {
    const texted = `${this.simulator}/simulator/phones/${encodeURIComponent(phone)}/messages`;
    await ask(texted, { method: "POST", body: JSON.stringify({ to: OFFICE, body: "STOP" }) });
    const form = new URLSearchParams({ grant_type: "client_credentials", client_id: "local", client_secret: "local" });
    const { access_token } = await ask(`${this.api}/oauth2/token`, { method: "POST", body: form });
    const contact = `${this.api}/api/contacts/${encodeURIComponent(phone)}`;
    const deadline = Date.now() + 10_000;
    while (Date.now() < deadline) {
      const { opted_out } = await ask(contact, { headers: { authorization: `Bearer ${access_token}` } });
      if (opted_out) return;
    }
    throw new Error("STOP did not arrive");
  }

  stop() {
    this.process.kill("SIGTERM");
    return once(this.process, "exit");
  }
}

async function ask(url, request) {
  const answer = await fetch(url, request);
  return answer.json();
}
