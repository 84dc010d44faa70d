/** One upload from files to a message whose files are all ready. */
import {
  asClientError,
  type ClientError,
  type Failure,
  NotThere,
  ProcessingFailed,
  Stopped,
  UploadIncomplete,
  WrongState,
} from "../api/errors.js";
import type { Asset } from "../api/values.js";
import type { EventStream } from "../events/stream.js";
import { createFollower } from "./follow.js";
import { createGate, type Gate } from "./gate.js";
import type { Keep } from "./keep.js";
import { createTracker, type PartProgress, type Progress } from "./progress.js";
import { sendFile } from "./send.js";
import type { Begun, Surface } from "./surface.js";
import type { Route } from "./transfer.js";

export interface Sent {
  messageId: number | null;
  /** In the order of the files; those that were cancelled among them. */
  assetIds: readonly number[];
  resumed: boolean;
}

export interface Done extends Sent {
  /** As they are when ready; without those that were cancelled or deleted. */
  assets: readonly Asset[];
}

export interface Upload {
  /** All bytes have arrived. Rejects with `Stopped`, or `UploadIncomplete` once every file has ended. */
  readonly sent: Promise<Sent>;
  /** All files are ready. Rejects as `sent` does, and when the processing of a file fails. */
  readonly done: Promise<Done>;
  readonly progress: Progress;
  /** The parts of one file that have begun; one, numbered 0, for a direct upload. */
  parts(index: number): PartProgress[];
  /** Stops the bytes at once; parts that have arrived stay. */
  pause(): void;
  resume(): void;
  /** Gives the upload up, or one file of it: what has not arrived is aborted at the server, the rest of the message stays. */
  cancel(index?: number): Promise<void>;
}

export interface Running {
  /** Stops without giving up: the same call continues later, here or elsewhere. */
  signal?: AbortSignal;
  /** At most ten times a second, and once at the end. */
  onProgress?: (progress: Progress) => void;
  /** Follow the files until they are ready. Default true; without it `done` is `sent`, and no event stream is opened. */
  follow?: boolean;
}

/** What uploads of one client share. */
export interface Engine {
  route: (surface: Surface, gate: Gate) => Route;
  events: EventStream;
  keep: Keep;
  busy: Set<number>;
  baseUrl: string;
}

export function startUpload(
  engine: Engine,
  surface: Surface,
  files: readonly File[],
  begin: () => Promise<Begun>,
  { signal, onProgress, follow = true }: Running,
): Upload {
  const gate = createGate();
  const route = engine.route(surface, gate);
  const stop = new AbortController();
  const ending = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  const cancels = files.map(() => new AbortController());
  const tracker = createTracker(files, onProgress, () => ({ paused: gate.closed, offline: route.connection.lost }));
  const follower = follow ? createFollower(engine.events, (id) => surface.asset(id)) : undefined;
  const settling: Promise<Asset | null>[] = [];
  const unwatch = route.connection.onChange(() => tracker.changed());

  const send = async (index: number, file: File, begun: Begun): Promise<ClientError | null> => {
    const [assetId, session] = [begun.assetIds[index] as number, begun.sessions[index]];
    let mustAsk = !session;
    const own = (cancels[index] as AbortController).signal;
    const transfer = {
      file,
      signal: AbortSignal.any([ending, own]),
      onSent: (part: number, size: number, sent: number, stored?: boolean) =>
        tracker.sent(index, part, size, sent, stored),
    };
    try {
      if (session) mustAsk = await sendFile(engine.baseUrl, route, transfer, session);
    } catch (thrown) {
      engine.busy.delete(assetId);
      const error = own.aborted || stop.signal.aborted ? new Stopped("cancelled") : asClientError(thrown);
      tracker.ended(index, error);
      return error;
    }
    engine.keep.forget(assetId);
    tracker.arrived(index);
    settling[index] = follower
      ? follower.settled(assetId, (asset) => tracker.told(index, asset), mustAsk)
      : Promise.resolve(null);
    settling[index].catch(() => {}); // `done` hears of it
    return null;
  };

  const beginning = begin();
  beginning.catch((error: unknown) => {
    for (const index of files.keys()) tracker.ended(index, asClientError(error));
  });
  const outcomes = beginning.then(async (begun) => {
    tracker.begun(begun.messageId, begun.assetIds);
    const ends = await Promise.all(files.map((file, index) => send(index, file, begun)));
    const { sessions, ...result } = begun;
    for (const assetId of result.assetIds) engine.busy.delete(assetId);
    return { result, ends };
  });

  const sent = outcomes.then(({ result, ends }): Sent => {
    if (ends.length && ends.every((error) => error instanceof Stopped)) throw ends[0];
    check(files, ends);
    return result;
  });

  const done = outcomes
    .then(async ({ result, ends }): Promise<Done> => {
      const settled = await Promise.all(files.map((_, index) => outcome(settling[index])));
      await sent.catch((error: unknown) => {
        if (error instanceof Stopped) throw error;
      });
      check(
        files,
        ends.map((error, index) => error ?? settled[index]?.error),
      );
      return { ...result, assets: settled.flatMap(({ asset }) => asset ?? []) };
    })
    .finally(() => {
      follower?.leave();
      unwatch();
      tracker.changed();
      tracker.flush();
    });
  for (const promise of [sent, done]) promise.catch(() => {}); // whoever awaits it hears of it; nobody must await both

  const abort = async (index: number) => {
    cancels[index]?.abort();
    const assetId = (await beginning).assetIds[index];
    if (assetId === undefined || files[index] === undefined || settling[index]) return;
    engine.keep.forget(assetId);
    await surface.abort(assetId).catch((error: unknown) => {
      if (!(error instanceof WrongState || error instanceof NotThere)) throw error; // it has arrived, or is gone
    });
  };

  return {
    sent,
    done,
    get progress() {
      return tracker.progress;
    },
    parts: (index) => tracker.parts(index),
    pause: () => {
      gate.close();
      tracker.changed();
    },
    resume: () => {
      gate.open();
      tracker.changed();
    },
    cancel: async (index) => {
      if (index === undefined) stop.abort();
      const indexes = index === undefined ? files.map((_, each) => each) : [index];
      await Promise.all(indexes.map(abort));
    },
  };
}

async function outcome(settling: Promise<Asset | null> | undefined): Promise<{ asset?: Asset; error?: ClientError }> {
  try {
    const asset = await settling;
    if (!asset || asset.stage === "deleted") return {};
    return asset.stage === "failed" ? { error: new ProcessingFailed(asset) } : { asset };
  } catch (error) {
    return { error: asClientError(error) };
  }
}

/** Throws when a file did not make it; one that was cancelled is no failure, one that was stopped stops all. */
function check(files: readonly File[], ends: readonly (ClientError | null | undefined)[]): void {
  const failures = ends.flatMap((error, index): Failure[] => {
    if (error?.code === "stopped") throw error;
    return error && error.code !== "cancelled" ? [{ index, name: files[index]?.name ?? "", error }] : [];
  });
  const [first, ...more] = failures;
  if (first) throw new UploadIncomplete([first, ...more]);
}
