// The stack and the browser that all scenarios share, and how a scenario is played.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { availableParallelism, loadavg } from "node:os";
import { Desk, openBrowser } from "./desk.mjs";
import { Stack } from "./stack.mjs";

/** How long a scenario may take, in milliseconds. */
const TIMEOUT = 60_000;

/** How many times as slow as an idle one a machine is that others load: 1 or more. */
export const slowness = () => Math.max(1, loadavg()[0] / availableParallelism());

let stack;
let browser;
let customers = 0;

before(async () => {
  [stack, browser] = await Promise.all([Stack.start(), openBrowser()]);
});
after(async () => {
  await browser?.close();
  await stack?.stop();
});

/** A scenario: agents sit down with `office.desk`, and their pages must not have complained. */
export function scenario(name, play) {
  test(name, { timeout: TIMEOUT }, async () => {
    const desks = [];
    const office = {
      stack,
      async desk(options) {
        const desk = await Desk.open(browser, stack, options);
        desks.push(desk);
        return desk;
      },
      /** A phone that no other scenario knows. */
      customer() {
        customers += 1;
        return stack.phone(`+1500555${String(1000 + customers)}`);
      },
    };
    try {
      await play(office);
      for (const desk of desks) assert.deepEqual(desk.problems, []);
    } finally {
      await Promise.all(desks.map((desk) => desk.close()));
    }
  });
}
