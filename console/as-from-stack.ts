import type { Connect, Plugin } from "vite";

/** What is the stack's: all but the page and its assets. */
const STACKS = /^\/(api|oauth2|logout|console\.json)/;

/**
 * Serves everything that is the stack's as if it were this server's, so that the page's origin is the
 * one that signs in: each side is told the other's address in place of its own. A built page has the
 * stack's headers, among them its Content-Security-Policy; the development server's is freer.
 */
export function asFromStack(stack: string): Plugin {
  const serve: Connect.NextHandleFunction = async (request, response, next) => {
    const path = request.url ?? "/";
    if (!STACKS.test(path)) return next();
    const here = `http://${request.headers.host}`;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { authorization, "content-type": type, "idempotency-key": key, accept } = request.headers;
    const headers = Object.entries({ authorization, "content-type": type, "idempotency-key": key as string, accept });
    const method = request.method ?? "GET";
    try {
      const answer = await fetch(stack + renamed(path, here, stack), {
        method,
        headers: headers.filter((header): header is [string, string] => header[1] !== undefined),
        body: method === "GET" ? null : renamed(Buffer.concat(chunks).toString(), here, stack),
        redirect: "manual",
      });
      response.statusCode = answer.status;
      for (const name of ["content-type", "location", "link", "retry-after", "content-security-policy"]) {
        const value = answer.headers.get(name);
        if (value !== null) response.setHeader(name, renamed(value, stack, here));
      }
      response.end(renamed(await answer.text(), stack, here));
    } catch {
      response.statusCode = 503;
      response.end(JSON.stringify({ message: `No stack answers at ${stack}: start it with make run.` }));
    }
  };
  let page: Promise<Response | undefined> | undefined;
  const withPolicy: Connect.NextHandleFunction = async (_, response, next) => {
    page ??= fetch(stack).catch(() => undefined);
    for (const [name, value] of (await page)?.headers ?? []) {
      if (name.endsWith("-policy")) response.setHeader(name, value);
    }
    next();
  };
  return {
    name: "as-from-stack",
    configureServer: ({ middlewares }) => void middlewares.use(serve),
    configurePreviewServer: ({ middlewares }) => void middlewares.use(serve).use(withPolicy),
  };
}

/** An address in place of another, as it is and as forms encode it. */
function renamed(text: string, from: string, to: string): string {
  return text.replaceAll(from, to).replaceAll(encodeURIComponent(from), encodeURIComponent(to));
}
