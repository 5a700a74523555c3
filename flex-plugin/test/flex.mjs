// A stub of Flex's page, as far as the plugin sees of it. What it does is what @twilio/flex-ui 2.17.1
// does: how the bundle is loaded and started, when which event comes, which actions fail.

import { EventEmitter } from "node:events";
import { readFileSync } from "node:fs";
import { mock } from "node:test";
import { JSDOM, VirtualConsole } from "jsdom";

const file = (path) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");
const SCRIPTS = [
  "node_modules/react/umd/react.production.min.js",
  "node_modules/react-dom/umd/react-dom.production.min.js",
].map(file);
export const BUNDLE = file("dist/switchboard-flex-plugin.js");
export const WORKER = "WK00000000000000000000000000000001";

/** All that was promised has happened; no timer has. */
export const settled = () => new Promise(setImmediate);

/** Time passes. */
export async function pass(seconds) {
  mock.timers.tick(seconds * 1000);
  await settled();
}

/** A lock of a browser, for which its tabs wait in turn. */
export class Locks {
  #waiting = [];
  /** The tab that has the lock is closed. */
  close = () => {};

  request(_name, hold) {
    this.#waiting.push(hold);
    if (this.#waiting.length === 1) void this.#grant();
    return new Promise(() => {});
  }

  async #grant() {
    const closed = new Promise((resolve) => (this.close = resolve));
    await Promise.race([this.#waiting[0](), closed]);
    this.#waiting.shift();
    if (this.#waiting.length > 0) void this.#grant();
  }
}

/** A tab with Flex in it, and the plugin. */
export class Flex {
  /** The agent's reservations, as in Flex's store. */
  tasks = new Map();
  /** Actions that were invoked: name and reservation. */
  invoked = [];
  /** Texts of notifications. */
  notified = [];
  /** Actions that fail, with their reasons. */
  failing = new Map();
  #events = new EventEmitter();
  #before = new EventEmitter();

  static async open({ remembered, tasks = [], locks = new Locks(), worker = { sid: WORKER } } = {}) {
    const flex = new Flex();
    tasks.forEach((task) => flex.tasks.set(task.sid, task));
    const virtualConsole = new VirtualConsole();
    virtualConsole.on("jsdomError", (error) => {
      throw error;
    });
    const url = "https://flex.twilio.com/agent-desktop";
    const { window } = new JSDOM("<header></header>", { url, virtualConsole, runScripts: "dangerously" });
    flex.window = window;
    Object.defineProperty(window.navigator, "locks", { value: locks });
    if (remembered) window.localStorage.setItem(`switchboard.${WORKER}`, remembered);
    SCRIPTS.forEach((script) => flex.#run(script));
    window.setTimeout = setTimeout;
    window.clearTimeout = clearTimeout;
    await flex.#load(worker);
    return flex;
  }

  #run(script, uuid = "") {
    const element = this.window.document.createElement("script");
    element.setAttribute("uuid", uuid);
    element.textContent = script;
    this.window.document.body.appendChild(element);
  }

  /** Flex finds the plugin's definition by its script's `uuid` while the script runs. */
  async #load(workerClient) {
    let Plugin;
    const init = (plugin) => {
      if (this.window.document.currentScript.getAttribute("uuid") === "of-this-plugin") Plugin = plugin;
    };
    this.window.Twilio = { Flex: { Plugins: { init } } };
    this.#run(BUNDLE, "of-this-plugin");
    const manager = {
      workerClient,
      events: this.#events,
      store: { getState: () => ({ flex: { worker: { tasks: this.tasks } } }) },
    };
    this.plugin = new Plugin();
    await this.plugin.init(this.#components(), manager);
    await settled();
  }

  #components() {
    const registered = new Map();
    const render = (element) => this.window.ReactDOM.render(element, this.window.document.querySelector("header"));
    const isVoice = (task) => task.taskChannelUniqueName === "voice";
    const isOutbound = (task) => isVoice(task) && !!task.routingTarget && task.attributes.direction === "outbound";
    return {
      Actions: {
        addListener: (name, listener) => this.#before.on(name, listener),
        invokeAction: (name, payload) => this.#invoke(name, payload),
      },
      MainHeader: { Content: { add: render } },
      Notifications: {
        registerNotification: (notification) => registered.set(notification.id, notification),
        showNotification: (id, notificationContext) => {
          const place = this.window.document.createElement("div");
          const content = this.window.React.cloneElement(registered.get(id).content, { notificationContext });
          this.window.ReactDOM.render(content, place);
          this.notified.push(place.textContent);
        },
      },
      NotificationType: { error: "error" },
      TaskHelper: { isIncomingCall: (task) => isVoice(task) && task.status === "pending" && !isOutbound(task) },
    };
  }

  async #invoke(name, payload) {
    const sid = payload.sid ?? payload.task.sid;
    const task = this.tasks.get(sid);
    this.#before.emit(`before${name}`, { sid, task });
    this.invoked.push(`${name} ${sid}`);
    if (this.failing.has(name)) throw new this.window.Error(this.failing.get(name));
    if (name === "AcceptTask" && task.status !== "pending") throw new this.window.Error("not in pending state");
    if (name === "AcceptTask") task.status = "accepted";
    if (name === "CompleteTask") this.end(task);
  }

  /** TaskRouter has a task for the agent. */
  async reserve(task) {
    this.tasks.set(task.sid, task);
    this.#events.emit("taskReceived", task);
    await settled();
  }

  /** The call is over: after-call work begins. */
  async hangUp(task) {
    task.status = "wrapping";
    this.tasks.set(task.sid, task);
    this.#events.emit("taskWrapup", task);
    await settled();
  }

  /** The reservation is over. */
  end(task) {
    task.status = "completed";
    this.tasks.delete(task.sid);
  }

  /** The agent completes by hand. */
  complete(task) {
    return this.#invoke("CompleteTask", { task });
  }

  get toggle() {
    return this.window.document.querySelector("input");
  }

  get wrapUp() {
    return this.window.document.querySelector("select");
  }

  /** The agent chooses after how many seconds after-call work is completed. */
  async chooseWrapUp(seconds) {
    this.wrapUp.value = String(seconds);
    this.wrapUp.dispatchEvent(new this.window.Event("change", { bubbles: true }));
    await settled();
  }

  async clickToggle() {
    this.toggle.click();
    await settled();
  }
}

let reservations = 0;

/** A reservation of a call. */
export function call(more = {}) {
  reservations += 1;
  return { sid: `WR${reservations}`, status: "pending", taskChannelUniqueName: "voice", attributes: { direction: "inbound" }, routingTarget: "", ...more };
}
