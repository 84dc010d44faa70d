/** Where the SDK's engine sends the files of albums, posts and avatars: surfaces that take one file a session, and know no messages. */
import type { Asset, Client, Declared, MediaSession, Session, Surface } from "mediadock";

const LEAST_LIFE_MS = 60_000;

export interface Place {
  /** Whose limits apply. */
  profile: string;
  /** Asks for a session. A repeat after a lost answer must create nothing twice. */
  begin(file: Declared, signal: AbortSignal | undefined): Promise<MediaSession>;
}

/** What albums and avatars take of a declared file. */
export const declaredFile = ({ file_name, content_type, file_size, checksum_sha256 }: Declared) => ({
  filename: file_name,
  contentType: content_type,
  size: file_size,
  ...(checksum_sha256 && { checksumSha256: checksum_sha256 }),
});

interface StoredParts {
  upload_id: string | null;
  part_size: number | null;
  num_parts: number | null;
  parts: readonly { PartNumber: number; ETag: string; Size: number }[];
}

/** Uploads are not found again after a reload: of a file that is chosen anew, the bytes go anew. */
export function mediaSurface({ api }: Client, { profile, begin }: Place): Surface {
  const uploadIds = new Map<number, string>();
  const read = (answer: MediaSession): Session => {
    if (answer.uploadId) uploadIds.set(answer.mediaId, answer.uploadId);
    return sessionOf(answer);
  };
  return {
    profile,
    prepare: async (files, signal) => {
      const sessions: Session[] = [];
      for (const file of files) sessions.push(read(await begin(file, signal)));
      return { messageId: null, assetIds: sessions.map(({ assetId }) => assetId), sessions, resumed: false };
    },
    findBegun: async () => undefined,
    stored: async (assetId, signal) => {
      const stored = await api.request<StoredParts>("GET", `/chats/upload/${assetId}/parts/`, { signal });
      if (stored.upload_id) uploadIds.set(assetId, stored.upload_id);
      return storedSession(assetId, stored);
    },
    fresh: async (assetId, page, signal) => {
      const query = page ? { start: page.startPart, count: page.count } : {};
      return read(await api.request<MediaSession>("GET", `/media/${assetId}/urls`, { query, signal }));
    },
    complete: async (assetId, etags, signal) => {
      const uploadId = uploadIds.get(assetId);
      if (!uploadId) return void (await api.request("POST", `/media/${assetId}/complete`, { signal }));
      const parts = etags && [...etags].sort(([a], [b]) => a - b).map(([partNumber, etag]) => ({ partNumber, etag }));
      const body = { uploadId, ...(parts && { parts }) };
      await api.request("POST", `/media/${assetId}/complete-multipart`, { body, signal });
    },
    abort: (assetId) => api.request<void>("DELETE", `/assets/${assetId}/`), // what never arrived leaves nothing
    asset: (assetId, signal) => api.request<Asset>("GET", `/assets/${assetId}/`, { signal }),
  };
}

function sessionOf({ mediaId, uploadUrl, headers, partSize, totalParts, partUrls, expiresAt }: MediaSession): Session {
  const until = urlUntil(expiresAt);
  if (!partSize || !totalParts)
    return { mode: "direct", assetId: mediaId, put: { url: uploadUrl, until }, headers: headers ?? {} };
  const urls = new Map((partUrls ?? []).map(({ partNumber, url }) => [partNumber, { url, until }]));
  return { mode: "multipart", assetId: mediaId, partSize, numParts: totalParts, urls, stored: new Map() };
}

function storedSession(assetId: number, { part_size, num_parts, parts }: StoredParts): Session {
  if (!part_size || !num_parts) return { mode: "direct", assetId, put: undefined, headers: {} };
  const stored = new Map(
    parts.map(({ PartNumber, ETag, Size }) => [PartNumber, { etag: ETag.replace(/^W\/|"/g, ""), size: Size }]),
  );
  return { mode: "multipart", assetId, partSize: part_size, numParts: num_parts, urls: new Map(), stored };
}

/** A clock that is far off makes an address look old from the start: then only the store can tell. */
function urlUntil(expiresAt: string): number {
  const life = Date.parse(expiresAt) - Date.now();
  return life > LEAST_LIFE_MS ? Date.now() + 0.95 * life : Number.POSITIVE_INFINITY;
}
