/**
 * The doors that an upload goes through once it is begun, where those of the chat are not at hand: what the store has of one, giving one
 * up, and all doors of the media service, which serve the uploads of every profile. Loaded when they are wanted, and given what they
 * need, so that it stays a file of its own.
 */
import type { Api } from "../api/http.js";
import type { AssetOut, GrantOut, MediaPartsOut, PartsOut, SessionOut } from "../api/schema.js";
import type { Session } from "./session.js";
import type { Surface } from "./surface.js";

const CHAT = "chat";

/** How the chat's answers become sessions, and ETags lose their quotes. */
export interface Reading {
  readSession: (grant: GrantOut) => Session;
  bare: (etag: string) => string;
}

export interface MediaDoors extends Pick<Surface, "stored" | "fresh" | "complete" | "abort"> {
  /** From an answer that is an upload session. */
  read(session: SessionOut): Session;
}

/** Gives an upload up, by the door of the surface that it came by. */
export async function abortAny(api: Api, id: number): Promise<void> {
  const { profile } = await api.request<AssetOut>("GET", `/assets/${id}/`);
  if (profile === CHAT) await api.request("POST", "/chats/upload/abort/", { body: { asset_id: id } });
  else await api.request("POST", `/media/${id}/abort`);
}

/** An upload into a chat as the store knows it: its parts, and no URLs yet. */
export async function chatStored(
  api: Api,
  bare: Reading["bare"],
  assetId: number,
  signal?: AbortSignal,
): Promise<Session> {
  const answer = await api.request<PartsOut>("GET", `/chats/upload/${assetId}/parts/`, { signal });
  const { part_size: partSize, num_parts: numParts, parts } = answer;
  if (!partSize || !numParts) return { mode: "direct", assetId, put: undefined, headers: {} };
  const stored = new Map(parts.map(({ PartNumber, ETag, Size }) => [PartNumber, { etag: bare(ETag), size: Size }]));
  return { mode: "multipart", assetId, partSize, numParts, urls: new Map(), stored };
}

export function mediaDoors(api: Api, { readSession, bare }: Reading): MediaDoors {
  const uploadIds = new Map<number, string>();
  const read = (session: SessionOut) => {
    if (session.uploadId) uploadIds.set(session.mediaId, session.uploadId);
    return readSession(grantOf(session));
  };
  return {
    read,
    stored: async (assetId, signal) => {
      const answer = await api.request<MediaPartsOut>("GET", `/media/${assetId}/parts`, { signal });
      const { uploadId, partSize, totalParts: numParts, parts } = answer;
      if (!uploadId || !partSize || !numParts) return { mode: "direct", assetId, put: undefined, headers: {} };
      uploadIds.set(assetId, uploadId);
      const stored = new Map(parts.map(({ partNumber, etag, size }) => [partNumber, { etag: bare(etag), size }]));
      return { mode: "multipart", assetId, partSize, numParts, urls: new Map(), stored };
    },
    fresh: async (assetId, page, signal) => {
      const query = page ? { start: page.startPart, count: page.count } : {};
      return read(await api.request<SessionOut>("GET", `/media/${assetId}/urls`, { query, signal }));
    },
    complete: async (assetId, etags, signal) => {
      const uploadId = uploadIds.get(assetId);
      if (!uploadId) return void (await api.request("POST", `/media/${assetId}/complete`, { signal }));
      const parts = etags && [...etags].sort(([a], [b]) => a - b).map(([partNumber, etag]) => ({ partNumber, etag }));
      const body = { uploadId, ...(parts && { parts }) };
      await api.request("POST", `/media/${assetId}/complete-multipart`, { body, signal });
    },
    abort: async (assetId) => void (await api.request("POST", `/media/${assetId}/abort`)),
  };
}

/** The same in the chat's spelling. */
function grantOf({ mediaId, uploadUrl, expiresAt, uploadId, ...more }: SessionOut): GrantOut {
  const grant = { asset_id: mediaId, object_key: "", expires_at: expiresAt };
  if (!uploadId) return { ...grant, mode: "direct", put_url: uploadUrl, headers: more.headers ?? {} };
  const items = (more.partUrls ?? []).map(({ partNumber, url }) => ({ part_number: partNumber, url }));
  const batch = { start: items[0]?.part_number ?? 1, count: items.length, items };
  const plan = { part_size: more.partSize ?? null, num_parts: more.totalParts ?? null };
  return { ...grant, mode: "multipart", upload_id: uploadId, ...plan, batch };
}
