/** Uploads into a chat: one message with one file or many. */
import { abortUpload, completeUpload, freshUrls, getAsset, getMessages, getUnfinished } from "../api/calls.js";
import { BadAnswer } from "../api/errors.js";
import type { Api } from "../api/http.js";
import type { AlbumOut, GrantOut } from "../api/schema.js";
import { hasArrived } from "../api/values.js";
import { lazily } from "../network/lazily.js";
import { bare, readSession } from "./session.js";
import type { Begun, Surface } from "./surface.js";

const PAGE = 100;

/** What is seldom asked of an upload that is begun. */
export const lazyDoors = () => lazily(() => import("./doors.js"));

export function chatSurface(api: Api, receiverId: number, text: string): Surface {
  const stored: Surface["stored"] = async (assetId, signal) =>
    (await lazyDoors()).chatStored(api, bare, assetId, signal);

  return {
    profile: "chat",
    stored,
    prepare: async (files, signal): Promise<Begun> => {
      const message = { receiver_id: receiverId, ...(text && { text }) };
      const [only, ...more] = files;
      const ask = <T>(path: string, body: unknown) => api.request<T>("POST", path, { body, creates: true, signal });
      const { message_id, uploads } =
        only && !more.length
          ? await ask<GrantOut>("/chats/upload/prepare/", { ...message, ...only }).then((grant) => ({
              ...grant,
              uploads: [grant],
            }))
          : await ask<AlbumOut>("/files/upload/", { ...message, attachments: files });
      if (uploads.length !== files.length) throw new BadAnswer("not one upload for each file");
      const sessions = uploads.map(readSession);
      return {
        messageId: message_id ?? null,
        assetIds: uploads.map((grant) => grant.asset_id),
        sessions,
        resumed: false,
      };
    },
    findBegun: async (files, sameFile, busy, signal) => {
      const names = new Set(files.map(({ name, size }) => `${size} ${name}`));
      const waiting = new Set<number>();
      for (const { file_name, size, asset_id } of await getUnfinished(api, signal))
        if (names.has(`${size} ${file_name}`) && !busy.has(asset_id)) waiting.add(asset_id);
      if (!waiting.size) return undefined;
      const begun = await lazily(() => import("./begun.js"));
      const messages = (cursor: string | null) => getMessages(api, receiverId, cursor, PAGE);
      return begun.findBegun({ text, files, waiting, hasArrived, messages, stored, sameFile });
    },
    fresh: async (assetId, page, signal) =>
      readSession(
        await freshUrls(api, assetId, page ? { start_part: page.startPart, batch_count: page.count } : {}, signal),
      ),
    complete: async (assetId, etags, signal) => {
      const parts = etags && [...etags].sort(([a], [b]) => a - b).map(([PartNumber, ETag]) => ({ PartNumber, ETag }));
      await completeUpload(api, assetId, parts, signal);
    },
    abort: async (assetId) => void (await abortUpload(api, assetId)),
    asset: (assetId, signal) => getAsset(api, assetId, signal),
  };
}
