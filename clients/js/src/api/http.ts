/** One request of the HTTP API: the token, the tries, the answer or an error. */

import { hex } from "../hash/lazy.js";
import { brief, type Persist, type RetryPolicy } from "../network/retry.js";
import { sleep } from "../network/sleep.js";
import type { Account } from "./account.js";
import { BadAnswer, NotLoggedIn, Stopped, Unreachable } from "./errors.js";
import { apiError } from "./problem.js";
import type { TokenAnswer } from "./schema.js";

export interface Ask {
  query?: Record<string, string | number | null | undefined>;
  body?: unknown;
  /** Sends an `Idempotency-Key`, so that a repeat after a lost answer creates nothing twice. */
  creates?: boolean;
  signal?: AbortSignal | undefined;
}

export interface Api {
  readonly baseUrl: string;
  request<T>(method: string, path: string, ask?: Ask): Promise<T>;
  /** The same API with another idea of when to try again. */
  persisting(persist: Persist): Api;
}

export interface ApiOptions {
  baseUrl: string;
  account: Account;
  policy: RetryPolicy;
  timeoutS: number;
}

export function createApi({ baseUrl, account, policy, timeoutS }: ApiOptions): Api {
  const root = `${baseUrl.replace(/\/+$/, "")}/api/v1`;

  const once = async (method: string, path: string, ask: Ask, key: string, token?: string): Promise<unknown> => {
    const timeout = AbortSignal.timeout(timeoutS * 1000);
    const init: RequestInit = {
      method,
      headers: {
        ...(token && { Authorization: `Bearer ${token}` }),
        ...(key && { "Idempotency-Key": key }),
        ...(ask.body !== undefined && { "Content-Type": "application/json" }),
      },
      body: ask.body === undefined ? null : JSON.stringify(ask.body),
      redirect: "error",
      credentials: "omit",
      signal: ask.signal ? AbortSignal.any([ask.signal, timeout]) : timeout,
    };
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${root}${path}${queryOf(ask.query)}`, init);
      text = await response.text();
    } catch {
      if (ask.signal?.aborted) throw new Stopped();
      throw new Unreachable("unreachable", "The server cannot be reached.");
    }
    if (!response.ok) throw apiError(response.status, response.headers.get("Retry-After"), text);
    try {
      return text ? JSON.parse(text) : undefined;
    } catch {
      throw new BadAnswer("no JSON");
    }
  };

  const exchange = (refresh: string) =>
    once("POST", "/auth/token/refresh", { body: { refresh } }, "") as Promise<TokenAnswer>;

  const believed = async (method: string, path: string, ask: Ask, key: string): Promise<unknown> => {
    const token = await account.token();
    try {
      return await once(method, path, ask, key, token);
    } catch (error) {
      if (!(error instanceof NotLoggedIn) || !token) throw error;
      const renewed = await account.renew(token, exchange);
      if (!renewed) throw error;
      return once(method, path, ask, key, renewed);
    }
  };

  const persisting = (persist: Persist): Api => ({
    baseUrl,
    persisting,
    request: async <T>(method: string, path: string, ask: Ask = {}) => {
      const key = ask.creates ? randomKey() : "";
      return (await persist(() => believed(method, path, ask, key), ask.signal)) as T;
    },
  });
  return persisting(brief(policy, sleep));
}

function queryOf(query: Ask["query"] = {}): string {
  const pairs = Object.entries(query).filter((pair) => pair[1] != null) as [string, string][]; // numbers become text
  return pairs.length ? `?${new URLSearchParams(pairs)}` : "";
}

/** 128 random bits in hex. `crypto.randomUUID` would do, but not on a page without TLS. */
function randomKey(): string {
  return hex(crypto.getRandomValues(new Uint8Array(16)));
}
