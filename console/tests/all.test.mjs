// All scenarios, on one stack and in one browser.

import { describe } from "node:test";
import * as accessibility from "./scenarios/accessibility.mjs";
import * as calls from "./scenarios/calls.mjs";
import * as conferences from "./scenarios/conferences.mjs";
import * as contacts from "./scenarios/contacts.mjs";
import * as live from "./scenarios/live.mjs";
import * as session from "./scenarios/session.mjs";
import * as settings from "./scenarios/settings.mjs";
import * as speed from "./scenarios/speed.mjs";
import * as texts from "./scenarios/texts.mjs";
import * as trouble from "./scenarios/trouble.mjs";

const parts = { texts, calls, contacts, conferences, session, trouble, settings, accessibility };
// What is measured comes first, and has the machine for itself.
const measured = { live, speed };
/** `ONLY=texts,calls npm test` plays these parts. */
const only = process.env.ONLY ? process.env.ONLY.split(",") : undefined;
const isPlayed = (name) => !only || only.includes(name);
for (const [name, { play }] of Object.entries(measured)) if (isPlayed(name)) describe(name, { concurrency: 1 }, play);
for (const [name, { play }] of Object.entries(parts)) if (isPlayed(name)) describe(name, { concurrency: 4 }, play);
