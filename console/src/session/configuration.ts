/** What `GET /console.json` tells before anybody has signed in. */
export interface Configuration {
  client_id: string;
  authorization_endpoint: string;
  token_endpoint: string;
  revocation_endpoint: string;
  logout_endpoint: string;
  /** Separated by spaces. */
  scopes: string;
  company_name: string;
}

let asked: Promise<Configuration> | undefined;

/** Asks once; again after a failure. */
export function configuration(): Promise<Configuration> {
  asked ??= fetch("/console.json").then((response) => {
    if (!response.ok) throw new Error(`/console.json: ${response.status}`);
    return response.json();
  });
  asked.catch(() => (asked = undefined));
  return asked;
}
