/** Proof Key for Code Exchange, method S256: <https://www.rfc-editor.org/rfc/rfc7636>. */

/** 256 random bits, as text that needs no encoding in an address. */
export function secret(): string {
  return base64Url(crypto.getRandomValues(new Uint8Array(32)));
}

/** What the sign-in page is shown of a verifier. */
export async function challenge(verifier: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  return base64Url(new Uint8Array(digest));
}

function base64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}
