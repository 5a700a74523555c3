import { ask } from "../api/ask";
import { Refusal } from "../api/refusal";
import type { PlacedCall } from "../api/schema";
import { secret } from "../session/pkce";

/** The key of a call to each number whose outcome is not known. */
const uncertain = new Map<string, string>();

/**
 * Rings one's own phone and connects it with a number once a key is pressed. Asked again after an
 * answer was lost, it does not ring twice.
 *
 * @throws {Refusal} the call is refused.
 */
export async function placeCall(to: string): Promise<PlacedCall> {
  const key = uncertain.get(to) ?? secret();
  uncertain.set(to, key);
  try {
    const placed = await ask("post", "/api/calls", { body: { to }, key });
    if (placed.status !== "unknown") uncertain.delete(to);
    return placed;
  } catch (error) {
    if (error instanceof Refusal && !error.isUncertain) uncertain.delete(to);
    throw error;
  }
}
