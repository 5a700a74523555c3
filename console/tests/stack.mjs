// The local stack that the page's tests play on, and the page in front of it.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { preview } from "vite";

const CONSOLE = fileURLToPath(new URL("..", import.meta.url));
const LOCAL = process.env.LOCAL_BIN ?? fileURLToPath(new URL("../../target/debug/local", import.meta.url));

/** An ephemeral stack on free ports, with the contacts of the tour. */
export class Stack {
  static async start({ speed = 20 } = {}) {
    const stack = new Stack();
    const ports = ["--port", "--simulator-port", "--dynamodb-port", "--s3-port", "--aws-port"].flatMap((port) => [port, "0"]);
    const template = fileURLToPath(new URL("../../template.yaml", import.meta.url));
    const words = ["--ephemeral", "--speed", String(speed), "--template", template, "--function-dir", dirname(LOCAL), ...ports];
    stack.process = spawn(LOCAL, words, { stdio: ["ignore", "pipe", "inherit"] });
    const kill = () => stack.process.kill("SIGTERM");
    process.once("exit", kill);
    const ended = once(stack.process, "exit").then(([code]) => {
      throw new Error(`the stack ended with ${code}`);
    });
    ended.catch(() => {});
    await Promise.race([stack.#readAddresses(), ended]);
    await stack.#openPage();
    return stack;
  }

  /** What the banner says; whatever else is printed is read and dropped. */
  #readAddresses() {
    const names = { API: "api", "Phones and simulator": "simulator" };
    return new Promise((resolve) => {
      createInterface(this.process.stdout).on("line", (line) => {
        const [, name, address] = /^ {2}(\S.*?) {2,}(http:\S+)$/.exec(line) ?? [];
        if (names[name]) this[names[name]] = address;
        if (line.startsWith("Leave a voicemail")) resolve();
      });
    });
  }

  /** The page as the function serves it; a build that is newer than the function is put in front. */
  async #openPage() {
    const built = `${CONSOLE}dist/index.html`;
    if (!existsSync(built)) throw new Error("there is no console/dist: run make console");
    const served = await (await fetch(this.api)).text();
    if (served === readFileSync(built, "utf8")) {
      this.page = this.api;
      return;
    }
    process.env.STACK = this.api;
    this.server = await preview({ root: CONSOLE, logLevel: "warn", preview: { port: 0, host: "127.0.0.1" } });
    this.page = `http://127.0.0.1:${this.server.httpServer.address().port}`;
  }

  /** Asks the API as the program `local`. */
  async ask(method, path, body) {
    this.token ??= await this.#programToken();
    const response = await fetch(this.api + path, {
      method,
      headers: { authorization: `Bearer ${this.token}`, "content-type": "application/json" },
      body: body && JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.status === 204 ? undefined : response.json();
  }

  async #programToken() {
    const body = new URLSearchParams({ grant_type: "client_credentials", client_id: "local", client_secret: "local" });
    return (await (await fetch(`${this.api}/oauth2/token`, { method: "POST", body })).json()).access_token;
  }

  /** Asks the simulator's control API. */
  async control(method, path, body) {
    const response = await fetch(`${this.simulator}/simulator/${path}`, {
      method,
      headers: { "content-type": "application/json" },
      body: body && JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    const text = await response.text();
    return text ? JSON.parse(text) : undefined;
  }

  phone(number) {
    return new Phone(this, number);
  }

  async stop() {
    await this.server?.close();
    this.process.kill("SIGTERM");
    if (this.process.exitCode === null && this.process.signalCode === null) await once(this.process, "exit");
  }
}

/** The main number. */
export const OFFICE = "+15005550100";

/** The owner's phone, which key 1 rings. */
const OWNER = "+15005550199";

/** A simulated phone, as its person uses it. */
class Phone {
  constructor(stack, number) {
    this.stack = stack;
    this.number = number;
    this.path = `phones/${encodeURIComponent(number)}`;
  }

  texts(body, more = {}) {
    return this.stack.control("POST", `${this.path}/messages`, { to: OFFICE, body, ...more });
  }

  /** What it does when it is called. */
  behaves(on_call, script = []) {
    return this.stack.control("PUT", `${this.path}/behavior`, { on_call, script });
  }

  /** Calls the main number; the call's SID. */
  async calls(...script) {
    return (await this.stack.control("POST", `${this.path}/calls`, { to: OFFICE, script })).call_sid;
  }

  /** A call that lasts until it is hung up: a talk with the owner. */
  async lingers() {
    await this.stack.phone(OWNER).behaves("answer", [{ wait_for: "press" }, { press: "1" }, { wait_ms: 3_600_000 }]);
    return this.calls({ wait_for: "Press 1" }, { press: "1" }, { wait_ms: 3_600_000 });
  }

  look() {
    return this.stack.control("GET", this.path);
  }
}

/** Asks again until there is an answer, for ten seconds. */
export async function until(what, look) {
  const end = Date.now() + 10_000;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
