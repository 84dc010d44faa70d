/** The calls of the HTTP API, one function a call (specification: `docs/http-api.md`). */
import type { Api } from "./http.js";
import type { EventPage, GrantOut, MessageList, StageOut, UnfinishedList, UserPage } from "./schema.js";
import type { Asset, Config, EventFrame, Message, Unfinished, User } from "./values.js";

const LIST_LIMIT = 100;
type Signal = AbortSignal | undefined;

export const getConfig = (api: Api) => api.request<Config>("GET", "/config");
export const getMe = (api: Api) => api.request<User>("GET", "/users/me");
export const getAsset = (api: Api, id: number, signal?: Signal) =>
  api.request<Asset>("GET", `/assets/${id}/`, { signal });
export const retryAsset = (api: Api, id: number) => api.request<StageOut>("POST", `/assets/${id}/retry/`);
export const deleteAsset = (api: Api, id: number) => api.request<void>("DELETE", `/assets/${id}/`);

export const findUsers = async (api: Api, search: string) =>
  (await api.request<UserPage>("GET", "/users/", { query: { search } })).items;

export const getMessages = (api: Api, userId: number, cursor?: string | null, limit?: number) =>
  api.request<MessageList>("GET", `/chats/${userId}/messages/`, { query: { cursor, limit } });
export const sendText = (api: Api, userId: number, text: string) =>
  api.request<Message>("POST", `/chats/${userId}/messages/`, { body: { text }, creates: true });
export const markSeen = (api: Api, messageId: number) =>
  api.request<{ message_id: number; seen_at: string }>("POST", `/chats/messages/${messageId}/seen/`);

export const abortUpload = (api: Api, id: number) =>
  api.request<StageOut>("POST", "/chats/upload/abort/", { body: { asset_id: id } });
export const completeUpload = (
  api: Api,
  id: number,
  parts: { PartNumber: number; ETag: string }[] | null,
  signal?: Signal,
) =>
  api.request<StageOut>("POST", "/chats/upload/complete/", { body: { asset_id: id, ...(parts && { parts }) }, signal });

/** A fresh URL of a direct upload, or a page of part URLs. */
export const freshUrls = (api: Api, id: number, page: { start_part?: number; batch_count?: number }, signal?: Signal) =>
  api.request<GrantOut>("POST", "/chats/upload/prepare/", { body: { asset_id: id, ...page }, signal });

export const getTicket = (api: Api, signal?: Signal) =>
  api.request<{ ticket: string }>("POST", "/auth/ws-ticket", { signal });
export const getEvents = async (api: Api, after: number, limit: number, signal?: Signal) => {
  const page = await api.request<EventPage>("GET", "/events/", { query: { after, limit }, signal });
  return page as { items: EventFrame[]; last_seq: number };
};

/** The caller's unfinished uploads, of any device. */
export async function getUnfinished(api: Api, signal?: Signal): Promise<Unfinished[]> {
  const all: Unfinished[] = [];
  let cursor: string | null = null;
  do {
    const page: UnfinishedList = await api.request("GET", "/uploads/", {
      query: { limit: LIST_LIMIT, cursor },
      signal,
    });
    all.push(...page.items);
    cursor = page.next;
  } while (cursor);
  return all;
}
