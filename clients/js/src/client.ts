/** The client: one object for one account on one server. */
import { type Credentials, createAccount } from "./api/account.js";
import * as calls from "./api/calls.js";
import { ApiError, Refused } from "./api/errors.js";
import { type Api, createApi } from "./api/http.js";
import type { TokenAnswer } from "./api/schema.js";
import type { Asset, Config, Message, Unfinished, User } from "./api/values.js";
import { latestSeq } from "./events/polling.js";
import { createStore, type Store } from "./events/store.js";
import { createEventStream, type EventStream, type StreamOptions } from "./events/stream.js";
import { createBudget } from "./network/budget.js";
import { createConnection } from "./network/connection.js";
import { lazily } from "./network/lazily.js";
import type { Transport } from "./network/put.js";
import { brief, DEFAULT_POLICY, type RetryPolicy } from "./network/retry.js";
import { sleep } from "./network/sleep.js";
import { xhrTransport } from "./network/xhr.js";
import { beingSent } from "./upload/alone.js";
import { type Beginning, createBeginner } from "./upload/begin.js";
import { chatSurface, lazyDoors } from "./upload/chat.js";
import { browserStorage, createKeep, type KeyValues } from "./upload/keep.js";
import type { Match } from "./upload/resume.js";
import { bare, readSession } from "./upload/session.js";
import type { Surface } from "./upload/surface.js";
import { type Engine, type Running, startUpload, type Upload } from "./upload/upload.js";

const PROBE_MS = 5_000;

export interface ClientOptions extends Credentials {
  /** Of the server, without `/api/v1`; empty for the page's own. */
  baseUrl?: string;
  /** Connections for all parts of all files together. More than six to one host wait in the browser over HTTP/1.1. */
  parallel?: number;
  retry?: Partial<RetryPolicy>;
  /** Bounds one request of the API. */
  timeoutS?: number;
  /** Silence after which a PUT is given up and tried again: while bytes go out, and after the last for the answer. */
  stallS?: number;
  answerS?: number;
  /** How long an upload waits for a network that is away. */
  patienceS?: number;
  /** Part URLs asked for at a time; the server gives at most 500. */
  urlsPerPage?: number;
  events?: StreamOptions;
  /** How bytes travel: by XMLHttpRequest; where there is none, give `fetchTransport` of `mediadock/fetch`. */
  transport?: Transport;
  /** Where fingerprints of unfinished uploads are kept; `localStorage` in a browser. */
  storage?: KeyValues;
}

export interface UploadOptions extends Beginning, Running {
  /** The id of the person who is to get the files, or another place for them. */
  to: number | Surface;
  text?: string;
}

export interface Client {
  readonly api: Api;
  readonly events: EventStream;
  readonly store: Store;
  /** Exchanges a password for tokens, which later calls carry. */
  login(username: string, password: string): Promise<{ id: number; username: string }>;
  /** The server's limits and addresses; asked for once. */
  config(): Promise<Config>;
  me(): Promise<User>;
  findUsers(search: string): Promise<User[]>;
  /** One page of a chat, newest first, which is taken into `store` too. */
  messages(userId: number, cursor?: string | null, limit?: number): Promise<{ items: Message[]; next: string | null }>;
  sendText(userId: number, text: string): Promise<Message>;
  seen(messageId: number): Promise<void>;
  /** Sends files in one message. It is under way when this returns. */
  upload(files: Iterable<File>, options: UploadOptions): Upload;
  /** Uploads of this account, from any device, that wait for bytes; not those that this browser is sending. */
  unfinished(): Promise<Unfinished[]>;
  /** Goes on with unfinished uploads whose files have been picked again (`matchUnfinished`). Another file is refused. */
  resume(matches: readonly Match[], options?: Running): Upload;
  abort(assetId: number): Promise<void>;
  /** As it is now, with fresh addresses; taken into `store` where it is known there. */
  asset(assetId: number): Promise<Asset>;
  /** Processes a failed asset again. */
  retry(assetId: number): Promise<void>;
  delete(assetId: number): Promise<void>;
}

const refuseAnother = (name: string) =>
  new Refused("another_file", `“${name}” is not the file whose upload was begun.`, 0);

export function createClient(options: ClientOptions = {}): Client {
  const { baseUrl = "", parallel = 6, timeoutS = 60, stallS = 30, answerS = 120, patienceS = 300 } = options;
  const policy: RetryPolicy = { ...DEFAULT_POLICY, ...options.retry };
  const account = createAccount(options);
  const api = createApi({ baseUrl, account, policy, timeoutS });
  const once = api.persisting((call) => call());
  const probe = () =>
    once.request("GET", "/config", { signal: AbortSignal.timeout(PROBE_MS) }).catch((error: unknown) => {
      if (!(error instanceof ApiError)) throw error;
    });
  const connection = createConnection({ probe, patienceS });
  const patient = api.persisting(connection.through(brief(policy, sleep)));
  const keep = createKeep(baseUrl, options.storage ?? browserStorage());
  const { transport = xhrTransport } = options;
  const budget = createBudget(parallel);
  const events = createEventStream(api, options.events);
  const store = createStore(events);
  let known: Promise<Config> | undefined;
  const config = () => {
    known ??= calls.getConfig(patient).catch((error: unknown) => {
      known = undefined;
      throw error;
    });
    return known;
  };
  const beginner = createBeginner(keep, config);
  const { busy } = beginner;
  const urlsPerPage = options.urlsPerPage ?? 500;
  const patience = { stallS, answerS };
  const engine: Engine = {
    route: (surface, gate) => ({
      surface,
      gate,
      transport,
      budget,
      connection,
      began: performance.now(),
      policy,
      patience,
      urlsPerPage,
    }),
    events,
    keep,
    busy,
    baseUrl,
  };

  return {
    api,
    events,
    store,
    config,
    login: async (username, password) => {
      const answer = await api.request<TokenAnswer>("POST", "/auth/token", { body: { username, password } });
      account.keep({ access: answer.access, refresh: answer.refresh });
      return answer.user;
    },
    me: () => calls.getMe(api),
    findUsers: (search) => calls.findUsers(api, search),
    messages: async (userId, cursor, limit) => {
      const seq = await latestSeq(api);
      const page = await calls.getMessages(api, userId, cursor, limit);
      store.add(page.items, seq);
      return page;
    },
    sendText: (userId, text) => calls.sendText(api, userId, text),
    seen: async (messageId) => void (await calls.markSeen(api, messageId)),
    upload: (files, how) => {
      const list = [...files];
      const surface = typeof how.to === "number" ? chatSurface(patient, how.to, how.text ?? "") : how.to;
      return startUpload(engine, surface, list, () => beginner.begin(surface, list, how), how);
    },
    unfinished: async () => {
      const isSent = await beingSent(baseUrl);
      return (await calls.getUnfinished(api)).filter(({ asset_id: id }) => !busy.has(id) && !isSent(id));
    },
    resume: (matches, how = {}) => {
      const surface = chatSurface(patient, 0, "");
      const begin = async () => {
        const { goOnWith } = await lazily(() => import("./upload/begun.js"));
        if (matches.some(({ upload }) => upload.profile !== "chat"))
          Object.assign(surface, (await lazyDoors()).mediaDoors(patient, { readSession, bare }));
        const stored: Surface["stored"] = (id) => surface.stored(id, how.signal);
        return goOnWith(matches, stored, (...of) => beginner.isSame(...of, how.signal), refuseAnother);
      };
      return startUpload(
        engine,
        surface,
        matches.map(({ file }) => file),
        () => beginner.inTurn(begin),
        how,
      );
    },
    abort: async (assetId) => {
      await (await lazyDoors()).abortAny(api, assetId);
      keep.forget(assetId);
    },
    asset: async (assetId) => {
      const { seq } = store.getState().assets[assetId] ?? {};
      const asset = await calls.getAsset(api, assetId);
      if (seq !== undefined) store.dispatch({ type: "", seq, data: { ...asset } });
      return asset;
    },
    retry: async (assetId) => void (await calls.retryAsset(api, assetId)),
    delete: (assetId) => calls.deleteAsset(api, assetId),
  };
}
