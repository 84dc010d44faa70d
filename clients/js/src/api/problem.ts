/** Answers that say no, as errors: problem documents of the server (RFC 9457) and XML of the store. */
import { type ApiError, NotLoggedIn, NotThere, Refused, ServerBusy, StoreRefused, WrongState } from "./errors.js";
import type { Problem } from "./schema.js";

/** Seconds of a `Retry-After` header; one that is a date is not understood. */
const retryAfterS = (header: string | null): number | null => Number(header) || null;

export function apiError(status: number, retryAfter: string | null, body: string): ApiError {
  const problem = parsed(body);
  // In progress is our own first try, whose answer we have lost.
  const isBusy = status >= 500 || problem.code === "idempotency_in_progress";
  const Kind = isBusy
    ? ServerBusy
    : ({ 401: NotLoggedIn, 404: NotThere, 409: WrongState, 429: ServerBusy }[status] ?? Refused);
  return new Kind(
    problem.code ?? `http_${status}`,
    problem.detail ?? `The server answered with HTTP status ${status}.`,
    status,
    problem.errors ?? [],
    retryAfterS(retryAfter),
  );
}

export function storeRefused(status: number, retryAfter: string | null, body: string): StoreRefused {
  const said = (tag: string) => new RegExp(`<${tag}>([^<]{1,300})</${tag}>`).exec(body.slice(0, 4096))?.[1];
  const message = said("Message") ?? `HTTP status ${status}`;
  return new StoreRefused(
    said("Code") ?? `http_${status}`,
    `The store refused the upload: ${message.replace(/\.$/, "")}.`,
    status,
    retryAfterS(retryAfter),
  );
}

function parsed(body: string): Partial<Problem> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}
