/**
 * A small real HTTP server that plays both the API and the object store, and misbehaves on demand. It keeps what it is sent, so
 * that a test can ask what arrived and how often.
 */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { mediaService } from "./media.js";
import { asAsset, type Fault, numParts, Refusal, type Upload } from "./uploads.js";
import { acceptSocket, type SocketScript } from "./websocket.js";

type Json = Record<string, unknown>;
type Answer = [status: number, body: unknown, headers?: Record<string, string>];

const MIB = 1024 * 1024;
/** Small, so that tests are quick: a file of more goes up in parts of as much. */
export const PART = 100_000;
export const TYPES = ["image/jpeg", "video/mp4", "audio/webm", "application/gzip", "application/pdf", "text/plain"];

export class SmallServer {
  directUpTo = PART;
  partSize: number | null = PART; // null: what the client asks for
  pageSize = 500;
  maxSize = 1024 * MIB;
  urlAge = 0; // URLs signed at an earlier age are expired
  lifetimeS = 900;
  hideEtags = false; // as a store does whose CORS rules do not expose them
  weakEtags = false; // ETags that are no MD5
  token = "good";
  mountsChat = true; // otherwise the media service alone
  processes = true; // whether what has arrived becomes ready by itself
  uploads = new Map<number, Upload>();
  texts = new Map<number, string>();
  events: Json[] = [];
  extras = new Map<number, Json>(); // what GET tells of an asset besides
  faults: Fault[] = [];
  requests: string[] = [];
  bodies: Json[] = [];
  openPuts = 0;
  socket: SocketScript | undefined;
  readonly #seenKeys = new Map<string, Answer>();
  readonly #server: Server = createServer((request, response) => void this.#serve(request, response));
  #port = 0;

  get address(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async listen(): Promise<this> {
    this.#server.on("upgrade", (request, socket) => acceptSocket(request, socket, this.socket));
    await new Promise<void>((resolve) => this.#server.listen(this.#port, "127.0.0.1", resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
    return this;
  }

  /** Nobody answers until `listen` is called again. */
  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  fault(start: string, how: Partial<Fault> = {}): void {
    this.faults.push({ start, times: 1, ...how });
  }

  count(start: string): number {
    return this.requests.filter((request) => request.startsWith(start)).length;
  }

  /** Waits until what clients have sent before they went away is taken in, then forgets the requests. */
  async settle(): Promise<void> {
    // One look is not enough: on a busy machine a request may lie in the kernel for longer than that.
    for (let seen = -1, quietLooks = 0; quietLooks < 5; ) {
      quietLooks = seen === this.count("PUT") && !this.openPuts ? quietLooks + 1 : 0;
      seen = this.count("PUT");
      await new Promise((later) => setTimeout(later, 60));
    }
    this.requests.length = 0;
  }

  body(assetId = 1): Buffer {
    return this.uploads.get(assetId)?.body ?? Buffer.alloc(0);
  }

  /** A stored fact about an asset, told to whoever asks for events. */
  tell(upload: Upload, more: Json = {}): Json {
    const frame = { type: "chat_message_update", seq: this.events.length + 1, data: asAsset(upload, more) };
    this.events.push(frame);
    return frame;
  }

  add(messageId: number | null, asked: Json, profile = "chat"): Upload {
    const size = Number(asked.file_size);
    const partSize = size <= this.directUpTo ? 0 : (this.partSize ?? Number(asked.client_part_size));
    const upload: Upload = {
      assetId: this.uploads.size + 1,
      messageId,
      profile,
      name: String(asked.file_name),
      size,
      contentType: String(asked.content_type ?? ""),
      partSize,
      state: "pending",
      body: null,
      parts: new Map(),
    };
    this.uploads.set(upload.assetId, upload);
    this.tell(upload);
    return upload;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const line = `${request.method} ${request.url}`;
    this.requests.push(line);
    const { socket } = request;
    const fault = this.faults.find(({ start, times }) => line.startsWith(start) && times > 0);
    if (fault) fault.times--;
    fault?.then?.();
    const isPut = request.method === "PUT";
    if (isPut) this.openPuts++;
    response.on("close", () => {
      if (isPut) this.openPuts--;
    });
    try {
      const [path = "", query = ""] = (request.url ?? "").split("?");
      if (isPut && Number(new URLSearchParams(query).get("age")) < this.urlAge) {
        request.resume();
        return send(response, [403, "<Error><Code>AccessDenied</Code><Message>Request has expired.</Message></Error>"]);
      }
      const body = await read(request, fault?.cutAfter);
      if (!body || fault?.stall) return fault?.stall ? undefined : void socket.destroy();
      if (fault?.status) return send(response, this.#told(fault, path));
      if (fault && !fault.loseAnswer) return void socket.destroy();
      const answer = path.startsWith("/store/")
        ? this.#store(path, body, request)
        : this.#api(path, query, body, request);
      if (fault?.loseAnswer) return void socket.destroy();
      send(response, answer);
    } catch (error) {
      if (error instanceof Refusal)
        return send(response, [error.status, { code: error.code, detail: `Refused: ${error.code}.`, errors: [] }]);
      socket.destroy(); // the client went away in the middle: nothing is stored
    }
  }

  #told({ status = 500, code = "faulty", headers }: Fault, path: string): Answer {
    const body = path.startsWith("/store/") ? "<Error><Code>Faulty</Code></Error>" : { code, detail: "Told to fail." };
    return [status, body, headers ?? {}];
  }

  #store(path: string, body: Buffer, request: IncomingMessage): Answer {
    const [assetId = 0, part = 0] = path.split("/").slice(2).map(Number);
    const upload = this.uploads.get(assetId);
    if (!upload || upload.state === "aborted") return [404, "<Error><Code>NoSuchUpload</Code></Error>"];
    if (part === 0) {
      if (upload.body) return [412, "<Error><Code>PreconditionFailed</Code></Error>"];
      if (request.headers["if-none-match"] !== "*") return [403, "<Error><Code>SignatureDoesNotMatch</Code></Error>"];
      upload.body = body;
    } else {
      if (request.headers["content-type"]) return [403, "<Error><Code>SignatureDoesNotMatch</Code></Error>"];
      upload.parts.set(part, body);
    }
    return [200, "", this.hideEtags ? {} : { ETag: `"${this.#etag(body)}"` }];
  }

  #etag(body: Buffer): string {
    const md5 = createHash("md5").update(body).digest("hex");
    return this.weakEtags ? md5.slice(16) : md5;
  }

  #api(path: string, query: string, text: Buffer, request: IncomingMessage): Answer {
    const body: Json = text.length ? JSON.parse(text.toString()) : {};
    const route = path.replace("/api/v1", "");
    if (route === "/config") return [200, this.#config()];
    if (route === "/auth/token/refresh") {
      if (body.refresh !== "refresh") throw new Refusal(401, "token_invalid");
      this.token = "renewed";
      return [200, { access: "renewed", refresh: "refresh" }];
    }
    if (request.headers.authorization !== `Bearer ${this.token}`) throw new Refusal(401, "token_expired");
    this.bodies.push(body);
    const key = request.headers["idempotency-key"] as string | undefined;
    const answer = (key && this.#seenKeys.get(key)) || this.#route(route, new URLSearchParams(query), body);
    if (key) this.#seenKeys.set(key, answer);
    return answer;
  }

  #config(): Json {
    const kinds = ["image", "video", "audio", "file"];
    const limits = {
      kinds,
      types: TYPES,
      max_size: Object.fromEntries(kinds.map((kind) => [kind, this.maxSize])),
      max_files: 50,
      direct_up_to: this.directUpTo,
    };
    const ws_url = `${this.address.replace("http", "ws")}/ws/events/`;
    const image = {
      max_side: 1000,
      max_pixels: 4000,
      max_pixels_baseline_jpeg: 9000,
      max_pixels_held_whole: 2000,
      max_pixels_all_frames: 8000,
    };
    const dimensions = { image, video: { max_side: 8192, max_duration: 43200 }, audio: { max_duration: 43200 } };
    return {
      ws_url,
      max_batch_count: 500,
      min_part_size: 5 * MIB,
      max_parts: 9999,
      dimensions,
      profiles: { chat: limits, "post-video": { ...limits, max_files: 1 } },
    };
  }

  #route(path: string, query: URLSearchParams, body: Json): Answer {
    const medium = mediaService(path, query, body, {
      add: (...asked) => this.add(...asked),
      upload: (id) => this.#upload(id),
      grant: (...asked) => this.#grant(...asked),
      parts: (upload) => this.#parts(upload),
      complete: (...asked) => this.#complete(...asked),
      abort: (upload) => this.#abort(upload),
    });
    if (medium) return medium;
    if (!this.mountsChat && /^\/(chats|files)\//.test(path)) throw new Refusal(404, "not_found");
    if (path === "/chats/upload/prepare/" && "asset_id" in body) {
      const upload = this.#upload(body.asset_id);
      if (upload.state !== "pending") throw new Refusal(409, "upload_not_pending");
      return [200, this.#grant(upload, Number(body.start_part ?? 1), Number(body.batch_count ?? this.pageSize))];
    }
    if (path === "/chats/upload/prepare/" || path === "/files/upload/") {
      const messageId = 100 + this.texts.size;
      this.texts.set(messageId, String(body.text ?? ""));
      const attachments = (body.attachments as Json[] | undefined) ?? [body];
      const grants = attachments.map((asked) => this.#grant(this.add(messageId, asked)));
      return [201, body.attachments ? { message_id: messageId, uploads: grants } : grants[0]];
    }
    if (path === "/chats/upload/complete/") return [202, this.#complete(this.#upload(body.asset_id), body.parts)];
    if (path === "/chats/upload/abort/") {
      const upload = this.#upload(body.asset_id);
      this.#abort(upload);
      return [200, { asset_id: upload.assetId, message_id: upload.messageId, stage: "failed" }];
    }
    if (path.endsWith("/parts/")) return [200, this.#parts(this.#upload(path.split("/")[3]))];
    if (path === "/uploads/") {
      const items = [...this.uploads.values()].filter(({ state }) => state === "pending");
      return [200, { items: items.map((upload) => asAsset(upload)), next: null }];
    }
    if (path.startsWith("/assets/")) {
      const upload = this.#upload(path.split("/")[2]);
      return [200, asAsset(upload, this.extras.get(upload.assetId))];
    }
    if (path.endsWith("/messages/")) return [200, { items: this.#messages(), next: null }];
    if (path === "/events/") {
      const after = Number(query.get("after"));
      const seqs = this.events.map(({ seq }) => Number(seq));
      const items = this.events.filter(({ seq }) => Number(seq) > after).slice(0, Number(query.get("limit")));
      return [200, { items, first_seq: seqs[0] ?? 1, last_seq: seqs.at(-1) ?? 0 }];
    }
    if (path === "/auth/ws-ticket") return [200, { ticket: "t", expires_in: 30 }];
    throw new Refusal(404, "not_found");
  }

  #abort(upload: Upload): void {
    if (upload.state !== "pending") throw new Refusal(409, "upload_not_pending");
    upload.state = "aborted";
    this.tell(upload);
  }

  #upload(id: unknown): Upload {
    const upload = this.uploads.get(Number(id));
    if (!upload) throw new Refusal(404, "upload_not_found");
    return upload;
  }

  #grant(upload: Upload, start = 1, asked = this.pageSize): Json {
    const count = Math.min(asked, this.pageSize);
    const url = (part: number) => `${this.address}/store/${upload.assetId}/${part}?age=${this.urlAge}`;
    const answer = {
      asset_id: upload.assetId,
      message_id: upload.messageId,
      object_key: `k${upload.assetId}`,
      expires_at: new Date(Date.now() + 1000 * this.lifetimeS).toISOString(),
    };
    if (!upload.partSize)
      return {
        ...answer,
        mode: "direct",
        put_url: url(0),
        headers: { "Content-Type": upload.contentType, "If-None-Match": "*" },
      };
    const numbers = Array.from({ length: Math.min(count, numParts(upload) - start + 1) }, (_, index) => start + index);
    const items = numbers.map((number) => ({ part_number: number, url: url(number) }));
    const plan = { part_size: upload.partSize, num_parts: numParts(upload) };
    return {
      ...answer,
      mode: "multipart",
      upload_id: `u${upload.assetId}`,
      ...plan,
      batch: { start, count: items.length, items },
    };
  }

  #parts(upload: Upload): Json {
    if (upload.state !== "pending") throw new Refusal(409, "upload_not_pending");
    if (!upload.partSize) return { upload_id: null, part_size: null, num_parts: null, parts: [], missing: [] };
    const parts = [...upload.parts].map(([number, body]) => ({
      PartNumber: number,
      ETag: `"${this.#etag(body)}"`,
      Size: body.length,
    }));
    return {
      upload_id: `u${upload.assetId}`,
      part_size: upload.partSize,
      num_parts: numParts(upload),
      parts,
      missing: [],
    };
  }

  #complete(upload: Upload, parts: unknown): Json {
    if (upload.state === "pending") {
      const claimed = parts as { PartNumber: number; ETag: string }[] | undefined;
      const agrees = ({ PartNumber, ETag }: { PartNumber: number; ETag: string }) => {
        const stored = upload.parts.get(PartNumber);
        return stored !== undefined && this.#etag(stored) === ETag;
      };
      if (claimed && !(claimed.length === upload.parts.size && claimed.every(agrees)))
        throw new Refusal(409, "parts_mismatch");
      const sorted = [...upload.parts].sort(([a], [b]) => a - b).map(([, body]) => body);
      const whole = upload.partSize ? Buffer.concat(sorted) : upload.body;
      if (whole?.length !== upload.size) throw new Refusal(409, upload.partSize ? "parts_missing" : "object_missing");
      upload.body = whole;
      upload.state = "uploaded";
      this.tell(upload);
      if (this.processes) {
        upload.state = "ready";
        this.tell(upload, { media_url: `http://media/${upload.assetId}` });
      }
    }
    return { message_id: upload.messageId, asset_id: upload.assetId, stage: "processing" };
  }

  #messages(): Json[] {
    return [...this.texts].reverse().map(([messageId, text]) => ({
      message_id: messageId,
      sender_id: 1,
      receiver_id: 2,
      text,
      status: "pending",
      seen_at: null,
      created_at: "2026-01-01T00:00:00Z",
      attachments: [...this.uploads.values()]
        .filter((each) => each.messageId === messageId)
        .map((each) => asAsset(each)),
    }));
  }
}

/** The whole body; undefined when it is to be cut short. Rejects when the client goes away. */
async function read(request: IncomingMessage, cutAfter?: number): Promise<Buffer | undefined> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request) {
    pieces.push(piece as Buffer);
    bytes += (piece as Buffer).length;
    if (cutAfter !== undefined && bytes >= cutAfter) return undefined;
  }
  return Buffer.concat(pieces);
}

function send(response: ServerResponse, [status, body, headers = {}]: Answer): void {
  response.writeHead(status, headers);
  response.end(typeof body === "string" ? body : JSON.stringify(body));
}
