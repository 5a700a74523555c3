import { session } from "../session/session.svelte";
import { Refusal } from "./refusal";
import type { paths } from "./schema";

type Method = "get" | "put" | "post" | "patch" | "delete";

/** The routes that have a method. */
export type Route<M extends Method> = {
  [P in keyof paths]: paths[P][M] extends { responses: unknown } ? P : never;
}[keyof paths];

type Json<T> = T extends { content: { "application/json": infer J } } ? J : undefined;

/** What a route answers when it does as asked. */
export type Answer<M extends Method, P extends Route<M>> = paths[P][M] extends { responses: infer R }
  ? { [S in keyof R & (200 | 201 | 202 | 204)]: Json<R[S]> }[keyof R & (200 | 201 | 202 | 204)]
  : never;

type Body<O> = O extends { requestBody?: infer B } ? Json<NonNullable<B>> : never;
type Query<O> = O extends { parameters: { query?: infer Q extends object } } ? Q : never;

interface Asked<O> {
  /** The values of the path's `{parameters}`. */
  path?: Record<string, string>;
  query?: Query<O>;
  body?: Body<O>;
  /** The `Idempotency-Key`: the same request under the same key has one effect. */
  key?: string;
}

/** API Gateway gives up after 30 s. */
const PATIENCE_MILLISECONDS = 35_000;

/**
 * Asks the API.
 *
 * @throws {Refusal} for every answer that is no success, and for none.
 */
export async function ask<M extends Method, P extends Route<M>>(
  method: M,
  route: P,
  asked: Asked<paths[P][M]> = {},
): Promise<Answer<M, P>> {
  const headers: Record<string, string> = {};
  if (asked.body !== undefined) headers["content-type"] = "application/json";
  if (asked.key) headers["idempotency-key"] = asked.key;
  const response = await send(address(route, asked.path, asked.query as object | undefined), {
    method: method.toUpperCase(),
    headers,
    body: asked.body === undefined ? null : JSON.stringify(asked.body),
  });
  return (response.status === 204 ? undefined : await response.json()) as Answer<M, P>;
}

/**
 * Sends a request with the access token, and once more with a new one when it is refused.
 *
 * @throws {Refusal} as `ask`.
 */
export async function send(url: string, request: RequestInit): Promise<Response> {
  let response = await withToken(url, request, await session.token());
  if (response.status === 401) response = await withToken(url, request, await session.newToken());
  if (!response.ok) throw await Refusal.of(response);
  return response;
}

async function withToken(url: string, request: RequestInit, token: string): Promise<Response> {
  const headers = { ...request.headers, authorization: `Bearer ${token}` };
  try {
    const signal = AbortSignal.timeout(PATIENCE_MILLISECONDS);
    return await fetch(url, { ...request, headers, signal });
  } catch {
    throw Refusal.noAnswer();
  }
}

function address(route: string, path: Record<string, string> = {}, query?: object): string {
  const filled = route.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(path[name] ?? ""));
  const given = Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== "");
  const words = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return words ? `${filled}?${words}` : filled;
}
