// A day at the office: what the pictures show.

import { OFFICE, until } from "./stack.mjs";

const PEOPLE = [
  ["+15005550114", "Dimitri Petrov"],
  ["+15005550115", "Élodie Martin"],
  ["+15005550116", "Farah Haddad"],
  ["+15005550117", "Grace Okafor"],
  ["+15005550118", "Hiroshi Tanaka"],
];

/** Customers call and text, agents answer; some calls and a conference go on. */
export async function playDay(stack) {
  for (const [number, name] of PEOPLE) await stack.ask("PUT", `/api/contacts/${number}`, { name });
  const [ann, ben, carla] = ["+15005550111", "+15005550112", "+15005550113"].map((number) => stack.phone(number));
  const [dimitri, elodie, farah, grace, hiroshi] = PEOPLE.map(([number]) => stack.phone(number));
  const note = (number, body) => stack.ask("POST", `/api/contacts/${number}/entries`, { body });
  const text = (to, body) => stack.ask("POST", "/api/messages", { to, body });
  // A call that has just begun is not known yet.
  const isOver = async (sid) => (await stack.ask("GET", `/api/calls/${sid}`).catch(() => undefined))?.ended_at;
  const ended = (sid) => until("a call to end", () => isOver(sid));

  await hiroshi.texts("ありがとうございます。また来週お願いします");
  await stack.ask("PUT", `/api/contacts/${hiroshi.number}`, { status: "done" });
  await farah.texts("مرحبا، هل يمكنكم الاتصال بي غدا صباحا؟");
  await text(farah.number, "Of course. We call you at nine.");
  await ended(await dimitri.calls({ wait_for: "Press 1" }, { press: "2" }, { wait_for: "beep" }, { speak: { seconds: 12 } }, { hang_up: true }));
  await stack.ask("PUT", `/api/contacts/${dimitri.number}`, { assignee: "agent@example.com" });
  await elodie.texts("Is the new router in stock?");
  await text(elodie.number, "Yes, twelve of them. Shall we put one aside for you?");
  await elodie.texts("Please do! I come by this afternoon.");
  await ended(await carla.calls({ wait_for: "Press 1" }, { press: "1" }, { wait_ms: 2000 }, { hang_up: true }));
  await ended(await ben.calls({ wait_for: "Press 1" }, { press: "4" }, { wait_for: "For support" }, { press: "2" }, { wait_ms: 4000 }, { hang_up: true }));

  await note(ann.number, "Has the old contract. It is the warehouse's line that drops.");
  await text(ann.number, "We call you in five minutes.");
  await stack.phone("+15005550177").behaves("answer", [{ wait_for: "press" }, { press: "1" }]);
  await ann.behaves("no-answer");
  const { call_sid } = await stack.ask("POST", "/api/calls", { to: ann.number });
  await ended(call_sid);
  await text(ann.number, "We could not reach you and will call again at three.");
  await stack.ask("PUT", `/api/contacts/${ann.number}`, { assignee: "agent@example.com" });

  await grace.calls({ wait_for: "Press 1" }, { press: "4" }, { wait_for: "For support" }, { press: "1" }, { wait_ms: 900_000 });
  const phone = { on_call: "answer", script: [{ wait_for: "press" }, { press: "1" }, { wait_ms: 900_000 }] };
  for (const { number } of [elodie, farah]) await stack.phone(number).behaves(phone.on_call, phone.script);
  const conference = await stack.ask("POST", "/api/conferences", {
    subject: "Handover of the Lyon project",
    max_duration_seconds: 1800,
    participants: [
      { phone_number: elodie.number, name: "Élodie Martin", join: "dial_out" },
      { phone_number: farah.number, name: "Farah Haddad", join: "dial_out" },
      { phone_number: "+15005550121", name: "Olivia Brandt", join: "dial_in" },
    ],
  });
  await until("a conference to begin", async () => (await stack.ask("GET", `/api/conferences/${conference.id}`)).status === "active");
  return { conference: conference.id, office: OFFICE };
}
