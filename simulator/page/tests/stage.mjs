// What the page's tests play on: the simulator's program, an app, a browser.

import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { browserPath } from "./browser-path.mjs";

export const ACCOUNT = "AC00000000000000000000000000000001";
export const OFFICE = "+15005550100";
export const CUSTOMER = "+15005550111";
export const COLLEAGUE = "+15005550112";
const TOKEN = "secret";
const SIMULATOR = process.env.SIMULATOR_BIN ?? fileURLToPath(new URL("../../../target/debug/simulator", import.meta.url));
/** How long anything may take to show up, in milliseconds. */
const PATIENCE = 10_000;

export function openBrowser() {
  return chromium.launch({ executablePath: browserPath(), args: ["--no-sandbox", "--disable-gpu"] });
}

/** A Twilio app: TwiML by path. */
export class App {
  constructor() {
    this.documents = new Map();
    this.server = createServer((request, response) => {
      request.resume();
      const verbs = this.documents.get(new URL(request.url, "http://app").pathname);
      response.writeHead(verbs === undefined ? 404 : 200, { "Content-Type": "text/xml" });
      response.end(`<?xml version="1.0"?><Response>${verbs ?? ""}</Response>`);
    });
  }

  async listen() {
    this.server.listen(0, "127.0.0.1");
    await once(this.server, "listening");
    this.address = `http://127.0.0.1:${this.server.address().port}`;
  }

  on(path, verbs) {
    this.documents.set(path, verbs);
    return this;
  }

  close() {
    this.server.closeAllConnections();
    this.server.close();
  }
}

/** The simulator's program. */
export class Simulator {
  static async start({ listen = "127.0.0.1:0", speed = 20 } = {}) {
    const simulator = new Simulator();
    const words = ["--listen", listen, "--account-sid", ACCOUNT, "--auth-token", TOKEN, "--speed", String(speed)];
    simulator.process = spawn(SIMULATOR, words, { stdio: ["ignore", "pipe", "ignore"] });
    const kill = () => simulator.process.kill("SIGKILL");
    process.once("exit", kill);
    simulator.process.once("exit", () => process.off("exit", kill));
    const failed = once(simulator.process, "error").then(([error]) => {
      throw error;
    });
    const ended = once(simulator.process, "exit").then(([code]) => {
      throw new Error(`the simulator ended with ${code}`);
    });
    failed.catch(() => {});
    ended.catch(() => {});
    const line = once(createInterface(simulator.process.stdout), "line");
    [simulator.address] = await Promise.race([line, failed, ended]);
    return simulator;
  }

  /** Twilio's REST API. */
  async rest(path, form) {
    const response = await fetch(`${this.address}/2010-04-01/Accounts/${ACCOUNT}/${path}`, {
      method: form ? "POST" : "GET",
      headers: { Authorization: `Basic ${Buffer.from(`${ACCOUNT}:${TOKEN}`).toString("base64")}` },
      body: form && new URLSearchParams(form),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  async stop() {
    this.process.kill("SIGKILL");
    if (this.process.exitCode === null && this.process.signalCode === null) await once(this.process, "exit");
  }
}

/** A simulator whose number is answered by an app at `/voice`, and the page open in a browser. */
export class Stage {
  static async open(browser, { withNumber = true, speed, contextOptions } = {}) {
    const stage = new Stage();
    stage.app = new App();
    [stage.simulator] = await Promise.all([Simulator.start({ speed }), stage.app.listen()]);
    if (withNumber) await stage.makeNumber();
    stage.context = await browser.newContext({ reducedMotion: "reduce", ...contextOptions });
    stage.context.setDefaultTimeout(PATIENCE);
    stage.page = await stage.context.newPage();
    /** What the page said that it should not. */
    stage.problems = [];
    stage.page.on("pageerror", (error) => stage.problems.push(String(error)));
    stage.page.on("console", (message) => message.type() === "error" && stage.problems.push(message.text()));
    await stage.page.goto(stage.simulator.address);
    await stage.page.getByText("Live", { exact: true }).waitFor();
    return stage;
  }

  makeNumber() {
    return this.simulator.rest("IncomingPhoneNumbers.json", { PhoneNumber: OFFICE, FriendlyName: "Main", VoiceUrl: `${this.app.address}/voice`, SmsUrl: `${this.app.address}/sms` });
  }

  /** Somebody is texted through REST. */
  text(to, body, more = {}) {
    return this.simulator.rest("Messages.json", { From: OFFICE, To: to, Body: body, ...more });
  }

  /** A phone that somebody else holds texts the office. */
  async textFrom(number, text) {
    const path = `/simulator/phones/${encodeURIComponent(number)}/messages`;
    const response = await fetch(this.simulator.address + path, { method: "POST", body: JSON.stringify({ to: OFFICE, ...text }) });
    if (!response.ok) throw new Error(await response.text());
  }

  /** Somebody is called through REST. */
  dial(to, verbs, more = {}) {
    return this.simulator.rest("Calls.json", { From: OFFICE, To: to, Twiml: `<Response>${verbs}</Response>`, ...more });
  }

  handset(number) {
    return new Phone(this.page.locator(`.handset[data-number="${number}"]`));
  }

  /** Lines of the log with this text. */
  line(text) {
    return this.page.getByRole("region", { name: "Live log" }).getByRole("listitem").filter({ hasText: text });
  }

  async close() {
    await this.context?.close();
    this.app.close();
    await this.simulator.stop();
  }
}

/** A handset as its person uses it. */
export class Phone {
  constructor(locator) {
    this.locator = locator;
  }

  button(name) {
    return this.locator.getByRole("button", { name, exact: true });
  }

  key(name) {
    return this.button(`Press ${name}`).click();
  }

  /** Waits for words on its screen. */
  sees(text) {
    return this.locator.locator(".screen").getByText(text).first().waitFor();
  }

  /** A text on it, sent or received. */
  text(words) {
    return this.locator.getByRole("log", { name: "Texts" }).getByRole("listitem").filter({ hasText: words });
  }

  async texts(words) {
    await this.locator.getByLabel("Text message").fill(words);
    await this.button("Send").click();
  }

  async says(words) {
    await this.locator.getByLabel("Words to say").fill(words);
    await this.button("Speak").click();
  }
}
