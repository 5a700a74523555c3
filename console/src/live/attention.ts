import { book } from "../contacts/book.svelte";
import { title } from "../contacts/contact";
import { link } from "../shell/route.svelte";
import { preferences } from "../shell/preferences.svelte";
import type { Contact } from "../api/schema";
import { changes } from "./changes.svelte";

/** Tells of what is new: a tone and, where the person allows it, a notification. */
export function callAttention(): () => void {
  allowHidden();
  return book.onArrival((contact) => {
    if (preferences.sound) tone();
    if (!document.hasFocus()) notify(contact);
  });
}

export function notificationsAre(): NotificationPermission | "missing" {
  return "Notification" in window ? Notification.permission : "missing";
}

export async function allowNotifications(): Promise<void> {
  await Notification.requestPermission();
  allowHidden();
}

/** A notification is for somebody who looks at another page. */
function allowHidden(): void {
  changes.asksWhileHidden = notificationsAre() === "granted";
}

function notify(contact: Contact): void {
  if (notificationsAre() !== "granted") return;
  const entry = contact.last_entry;
  const body = entry?.type === "sms" ? (entry.body ?? "") : entry?.type === "voicemail" ? "Voicemail" : "Missed call";
  const notification = new Notification(title(contact), { body, tag: contact.id });
  notification.onclick = () => {
    window.focus();
    location.hash = link("contacts", contact.numbers[0]);
  };
}

let audio: AudioContext | undefined;

/** Two soft notes, half a second in all. Browsers keep quiet until the page has been used. */
function tone(): void {
  audio ??= new AudioContext();
  void audio.resume();
  const { currentTime, destination } = audio;
  for (const [index, frequency] of [660, 880].entries()) {
    const begin = currentTime + index * 0.14;
    const loudness = audio.createGain();
    loudness.gain.setValueAtTime(0, begin);
    loudness.gain.linearRampToValueAtTime(0.08, begin + 0.02);
    loudness.gain.exponentialRampToValueAtTime(0.0001, begin + 0.3);
    const oscillator = audio.createOscillator();
    oscillator.frequency.value = frequency;
    oscillator.connect(loudness).connect(destination);
    oscillator.start(begin);
    oscillator.stop(begin + 0.32);
  }
}
