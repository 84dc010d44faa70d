/** The uploads of one client that began on this page. They outlive the components that show them. */
import { getAsset } from "../api/calls.js";
import { type Asset, type Client, kindOfName, type Match, NotThere, type Progress, type Upload } from "../index.js";
import { createListeners } from "../network/listeners.js";
import { createFollower } from "../upload/follow.js";
import { createPreview, type Look, type Preview } from "./previews.js";
import type { Cell, LocalFile, LocalUpload, StartOptions } from "./types.js";
import { isUnderWay, statusOf, withAgain } from "./whole.js";

export interface LocalUploads {
  list(): readonly LocalUpload[];
  subscribe(listener: () => void): () => void;
  start(files: readonly File[], options: StartOptions): LocalUpload;
  resume(matches: readonly Match[], options: Partial<StartOptions>): LocalUpload[];
  dismiss(id?: string): void;
  retry(cell: Cell): Promise<void>;
  remove(cell: Cell): Promise<void>;
  cancel(cell: Cell): Promise<void>;
  /** The published picture of a cell is on the screen: its preview is not needed any more. */
  shown(key: string): void;
}

interface Entry {
  item: LocalUpload;
  options: Partial<StartOptions>;
  files: LocalFile[];
  upload: Upload;
  /** By key: the handle of a file that was tried again alone. */
  again: Map<string, Upload>;
  /** By key: a file whose processing was tried again, as the server tells of it since. */
  processed: Map<string, Asset>;
  previews: Map<string, Preview>;
}

const known = new WeakMap<Client, LocalUploads>();

export function uploadsOf(client: Client): LocalUploads {
  const uploads = known.get(client) ?? createUploads(client);
  known.set(client, uploads);
  return uploads;
}

const NO_LOOK = { url: null, width: null, height: null };

let ids = 0;

function createUploads(client: Client): LocalUploads {
  const listeners = createListeners();
  let entries: readonly Entry[] = [];
  let items: readonly LocalUpload[] = [];

  const become = (next: readonly Entry[]) => {
    entries = next;
    items = next.map(({ item }) => item);
    listeners.tell();
  };
  const release = (entry: Entry, key: string) => {
    entry.previews.get(key)?.release();
    if (!entry.previews.delete(key)) return false;
    entry.files = entry.files.map((file) => (file.key === key ? { ...file, previewUrl: null } : file));
    return true;
  };
  const change = (entry: Entry) => {
    const progress: Progress = withAgain(
      entry.upload.progress,
      entry.files.map(({ key }) => entry.again.get(key)?.progress),
      entry.files.map(({ key }) => entry.processed.get(key)),
    );
    for (const [index, file] of entry.files.entries()) {
      const { stage, asset } = progress.files[index] ?? {};
      const hasNoPicture = stage === "done" && asset?.kind !== "image" && asset?.kind !== "video";
      if (stage === "cancelled" || hasNoPicture) release(entry, file.key);
    }
    const { messageId } = progress;
    const error = messageId === null ? (progress.files[0]?.error ?? null) : null;
    const { upload, files } = entry;
    entry.item = { ...entry.item, upload, files: [...files], progress, messageId, error, status: statusOf(progress) };
    become([...entries]);
  };
  const drop = (gone: readonly Entry[]) => {
    for (const entry of gone) for (const key of [...entry.previews.keys()]) release(entry, key);
    if (gone.length) become(entries.filter((entry) => !gone.includes(entry)));
  };
  const handles = (entry: Entry) => [entry.upload, ...entry.again.values()];
  const find = (key: string) => {
    const entry = entries.find(({ files }) => files.some((file) => file.key === key));
    const index = entry?.files.findIndex((file) => file.key === key) ?? -1;
    const file = entry?.files[index];
    return entry && file ? { entry, index, file } : undefined;
  };
  const cancelOne = (entry: Entry, index: number) => {
    const again = entry.again.get(entry.files[index]?.key ?? "");
    return again ? again.cancel(0) : entry.upload.cancel(index);
  };

  const enter = (
    chosen: readonly File[],
    options: Partial<StartOptions>,
    begin: (onProgress: () => void) => Upload,
  ): LocalUpload => {
    const id = `upload-${++ids}`;
    const previews = new Map<string, Preview>();
    const alter = (key: string, more: Partial<LocalFile>) => {
      entry.files = entry.files.map((file) => (file.key === key ? { ...file, ...more } : file));
      change(entry);
    };
    const files = chosen.map((file, index): LocalFile => {
      const key = `${id}.${index}`;
      const kind = kindOfName(file.name) ?? "file";
      const onMade = ({ url, width, height }: Look) => alter(key, { previewUrl: url, width, height });
      const onUseless = () => release(entry, key) && change(entry);
      const preview = createPreview(file, kind, onMade, onUseless);
      if (preview) previews.set(key, preview);
      const { url, width, height } = preview?.look ?? NO_LOOK;
      return { key, file, kind, previewUrl: url, width, height };
    });
    const upload = begin(() => change(entry));
    const item: LocalUpload = {
      id,
      to: options.to ?? 0,
      text: options.text ?? "",
      upload,
      files,
      progress: upload.progress,
      messageId: null,
      status: "sending",
      error: null,
      pause: () => handles(entry).map((handle) => handle.pause()),
      resume: () => handles(entry).map((handle) => handle.resume()),
      cancel: async (index) => {
        const indexes = index === undefined ? entry.files.map((_, each) => each) : [index];
        if (index === undefined && !entry.again.size) await entry.upload.cancel();
        else await Promise.all(indexes.map((each) => cancelOne(entry, each)));
      },
    };
    const entry: Entry = { item, options, files, upload, again: new Map(), processed: new Map(), previews };
    become([...entries, entry]);
    return item;
  };

  const start = (files: readonly File[], options: StartOptions) =>
    enter(files, options, (onProgress) => client.upload(files, { ...options, onProgress }));

  /** Sends what is left of an upload of which nothing exists at the server. */
  const beginAnew = (entry: Entry) => {
    if (!entry.files.length) return drop([entry]);
    const options = { to: 0, ...entry.options, onProgress: () => change(entry) };
    entry.upload = client.upload(
      entry.files.map(({ file }) => file),
      options,
    );
    entry.again.clear();
    entry.processed.clear();
    change(entry);
  };

  /** The upload itself has ended with the failure, and hears no more. */
  const followAgain = async (entry: Entry, key: string, assetId: number) => {
    const follower = createFollower(client.events, (id) => getAsset(client.api, id));
    const onChange = (asset: Asset) => {
      entry.processed.set(key, asset);
      change(entry);
    };
    await follower.settled(assetId, onChange, true).catch(() => {}); // who is not told of events sees it as it was
    follower.leave();
  };

  const sendAgain = async ({ entry, index, file }: NonNullable<ReturnType<typeof find>>) => {
    const assetId = entry.item.progress.files[index]?.assetId ?? null;
    if (assetId === null) return beginAnew(entry);
    const upload = (await client.unfinished()).find(({ asset_id }) => asset_id === assetId);
    if (upload) {
      const { to, text, ...how } = entry.options;
      const onProgress = () => change(entry);
      entry.again.set(file.key, client.resume([{ upload, file: file.file }], { ...how, onProgress }));
      change(entry);
    } else {
      await forgetting(client.delete(assetId)); // it has expired: only a new message helps
      start([file.file], { to: 0, ...entry.options });
    }
  };

  return {
    list: () => items,
    subscribe: (listener) => {
      const leave = listeners.add(listener);
      return () => {
        leave();
        // What nobody looks at any more need not be kept: the server's word is enough when somebody looks again.
        if (!listeners.size) drop(entries.filter(({ item }) => item.status === "done" || item.status === "cancelled"));
      };
    },
    start,
    resume: (matches, { text, ...options }) => {
      const { to, ...how } = options;
      const messages = [...new Set(matches.map(({ upload }) => upload.message_id))];
      return messages.map((id) => {
        const own = matches.filter(({ upload }) => upload.message_id === id);
        const files = own.map(({ file }) => file);
        return enter(files, options, (onProgress) => client.resume(own, { ...how, onProgress }));
      });
    },
    dismiss: (id) => drop(entries.filter(({ item }) => (id === undefined ? !isUnderWay(item.status) : item.id === id))),
    retry: async (cell) => {
      const found = find(cell.key);
      const arrived = cell.asset && cell.asset.stage !== "uploading" && cell.asset.state !== "expired";
      if (cell.asset && (arrived || !found)) {
        await client.retry(cell.asset.asset_id);
        if (found) void followAgain(found.entry, cell.key, cell.asset.asset_id);
      } else if (found) await sendAgain(found);
    },
    remove: async (cell) => {
      const found = find(cell.key);
      const assetId = cell.asset?.asset_id ?? found?.entry.item.progress.files[found.index]?.assetId ?? null;
      if (found) await cancelOne(found.entry, found.index).catch(() => {}); // ends its bytes; the asset goes below
      if (assetId !== null) await forgetting(client.delete(assetId));
      if (!found) return;
      const { entry, file } = found;
      release(entry, file.key);
      if (assetId !== null) return change(entry);
      entry.files = entry.files.filter(({ key }) => key !== file.key);
      beginAnew(entry);
    },
    cancel: async (cell) => {
      const found = find(cell.key);
      if (found) await cancelOne(found.entry, found.index);
      else if (cell.asset) await forgetting(client.abort(cell.asset.asset_id));
    },
    shown: (key) => {
      const found = find(key);
      if (found && release(found.entry, key)) change(found.entry);
    },
  };
}

/** What is not there need not be taken away. */
async function forgetting(removal: Promise<void>): Promise<void> {
  await removal.catch((error: unknown) => {
    if (!(error instanceof NotThere)) throw error;
  });
}
