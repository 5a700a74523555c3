import type { Contact } from "../api/schema";

/** What a contact is called: the name, else the first number. */
export function title(contact: Contact): string {
  return contact.name ?? contact.numbers[0] ?? "Unknown";
}

/** The address by which the API's routes know a contact. */
export function numberOf(contact: Contact): string {
  return contact.numbers[0] ?? "";
}

/** Up to two letters for the contact's mark. */
export function initials(contact: Contact): string {
  const words = (contact.name ?? "").split(/\s+/).filter((word) => /^\p{L}/u.test(word));
  const picked = words.length > 1 ? [words[0], words.at(-1)] : words;
  return picked.map((word) => [...word!][0]!.toUpperCase()).join("") || "#";
}
