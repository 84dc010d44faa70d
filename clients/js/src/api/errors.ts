/**
 * What can go wrong, as one tree:
 *
 *     ClientError
 *     ├── ApiError            the server refused; `status` and `errors` as it sent them
 *     │   ├── NotLoggedIn     401   no token, or one that is not believed
 *     │   ├── NotThere        404   not there, or not yours
 *     │   ├── WrongState      409   the wrong state for this
 *     │   ├── Refused         any other 4xx, and what the checks on this side refuse
 *     │   └── ServerBusy      429 and 5xx: worth another try
 *     ├── BadAnswer           the answer is not what the HTTP API promises
 *     ├── Unreachable         no connection, a cut one, silence: worth another try
 *     ├── StoreRefused        the object store refused a PUT
 *     ├── FileProblem         the file cannot be read, or changed while it was being sent
 *     ├── Stopped             the caller's signal or `cancel()` ended it
 *     ├── UploadGone          the upload was aborted or has expired; it must be begun anew
 *     ├── ProcessingFailed    the bytes arrived, and the server could not take them; `retryable` says whether a retry may help
 *     └── UploadIncomplete    some files of an upload did not make it; `failures` says which
 *
 * `code` is stable and `message` is one sentence for a person; both are the server's own where it sent them.
 */
import type { FieldProblem } from "./schema.js";
import type { Asset } from "./values.js";

export type { FieldProblem };

export class ClientError extends Error {
  readonly transient: boolean = false;

  constructor(
    readonly code: string,
    detail: string,
    readonly retryAfterS: number | null = null,
  ) {
    super(detail);
    this.name = "ClientError"; // the name of the class itself does not survive minifying: tell them apart by instanceof
  }
}

export class ApiError extends ClientError {
  constructor(
    code: string,
    detail: string,
    readonly status: number,
    readonly errors: readonly FieldProblem[] = [],
    retryAfterS: number | null = null,
  ) {
    super(code, detail, retryAfterS);
  }
}

export class NotLoggedIn extends ApiError {}
export class NotThere extends ApiError {}
export class WrongState extends ApiError {}
export class Refused extends ApiError {}
export class ServerBusy extends ApiError {
  override readonly transient = true;
}

export class BadAnswer extends ClientError {
  constructor(what: string) {
    super("bad_answer", `The server's answer is not what its API promises: ${what}.`);
  }
}

export class Unreachable extends ClientError {
  override readonly transient = true;
}

export class StoreRefused extends ClientError {
  override readonly transient: boolean;

  constructor(
    code: string,
    detail: string,
    readonly status: number,
    retryAfterS: number | null,
  ) {
    super(code, detail, retryAfterS);
    // 400 RequestTimeout: the body came too slowly. 409: two conditional PUTs at once. The bytes themselves are fine.
    this.transient = status >= 500 || [408, 409, 429].includes(status) || code === "RequestTimeout";
  }
}

export class FileProblem extends ClientError {}
export class UploadGone extends ClientError {}

export class Stopped extends ClientError {
  constructor(code: "stopped" | "cancelled" = "stopped") {
    super(code, code === "stopped" ? "The upload was stopped; send the same again to continue." : "It was cancelled.");
  }
}

export class ProcessingFailed extends ClientError {
  readonly retryable: boolean;

  constructor(readonly asset: Asset) {
    const error = asset.error ?? {
      code: `asset_${asset.state}`,
      reason: `The file is ${asset.state}.`,
      retryable: false,
    };
    super(error.code, error.reason);
    this.retryable = error.retryable;
  }
}

export interface Failure {
  index: number;
  name: string;
  error: ClientError;
}

export class UploadIncomplete extends ClientError {
  constructor(readonly failures: readonly [Failure, ...Failure[]]) {
    const [{ name, error }, ...more] = failures;
    super(error.code, `${name}: ${error.message}${more.length ? ` (and ${more.length} more)` : ""}`);
  }
}

/** Any thrown thing as a `ClientError`. */
export const asClientError = (thrown: unknown): ClientError =>
  thrown instanceof ClientError ? thrown : new ClientError("internal_error", String(thrown));
