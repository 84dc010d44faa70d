/** Mediadock for browsers: uploads that resume, one honest progress line, and the events that follow them. */
export type { Credentials, Tokens } from "./api/account.js";
export * from "./api/errors.js";
export type { Api } from "./api/http.js";
export type {
  Album,
  AlbumMedium,
  Asset,
  Config,
  EventFrame,
  Generation,
  Kind,
  Limits,
  MediaSession,
  Medium,
  Message,
  Post,
  Unfinished,
  User,
  Variant,
} from "./api/values.js";
export { type Client, type ClientOptions, createClient, type UploadOptions } from "./client.js";
export { reduce, reduceMessages } from "./events/reducer.js";
export { type AssetEntry, assetsOf, EMPTY_STATE, isSettled, type MessageEntry, type State } from "./events/state.js";
export { createStore, type Store } from "./events/store.js";
export { createEventStream, type EventStream, type StreamOptions, type StreamStatus } from "./events/stream.js";
export type { PutAnswer, PutRequest, Transport } from "./network/put.js";
export type { RetryPolicy } from "./network/retry.js";
export { xhrTransport } from "./network/xhr.js";
export { checkFiles, findPictureProblems, findProblems, humanBytes } from "./upload/checks.js";
export type { FileProgress, FileStage, PartProgress, Progress } from "./upload/progress.js";
export { type Match, matchUnfinished } from "./upload/resume.js";
export type { Session } from "./upload/session.js";
export type { Begun, Declared, Surface } from "./upload/surface.js";
export { type FileType, kindOfName, typeOfFile } from "./upload/types.js";
export type { Done, Sent, Upload } from "./upload/upload.js";
