/** Uploads to the media service, into an album, of an avatar, of a host's own kind: one file a session, and no message. */
import type { Api } from "../api/http.js";
import type { Asset, MediaSession } from "../api/values.js";
import { mediaDoors } from "./doors.js";
import { bare, readSession, type Session } from "./session.js";
import type { Declared, Surface } from "./surface.js";

export interface Place {
  /** Whose limits apply; a name in `profiles` of `GET /config`. */
  profile: string;
  /** Asks for a session. A repeat after a lost answer must create nothing twice. */
  begin(file: Declared, signal: AbortSignal | undefined): Promise<MediaSession>;
}

/** What albums, avatars and kinds of a host's own take of a declared file. */
export const declaredFile = ({ file_name, content_type, file_size, checksum_sha256 }: Declared) => ({
  filename: file_name,
  contentType: content_type,
  size: file_size,
  ...(checksum_sha256 && { checksumSha256: checksum_sha256 }),
});

/** What the media service takes of it. */
export const declaredMedium = (file: Declared, mediaType: string) => ({
  fileName: file.file_name,
  fileType: file.content_type,
  fileSize: file.file_size,
  mediaType,
  partSize: file.client_part_size,
  ...(file.checksum_sha256 && { checksumSha256: file.checksum_sha256 }),
});

/**
 * A place for `to` of `client.upload`. A call that is repeated sends its files anew: what was begun is gone on with by
 * `client.unfinished()` and `client.resume(…)`.
 */
export function mediaSurface({ api }: { api: Api }, { profile, begin }: Place): Surface {
  const { read, ...doors } = mediaDoors(api, { readSession, bare });
  return {
    profile,
    limits: { max_files: Infinity }, // of one session; here each file has its own
    ...doors,
    prepare: async (files, signal) => {
      const sessions: Session[] = [];
      try {
        for (const file of files) sessions.push(read(await begin(file, signal)));
      } catch (error) {
        // All or nothing: what nobody sends would hold a place and its bytes for a day. What was stopped may be gone on with.
        if (!signal?.aborted) await Promise.allSettled(sessions.map(({ assetId }) => doors.abort(assetId)));
        throw error;
      }
      return { messageId: null, assetIds: sessions.map(({ assetId }) => assetId), sessions, resumed: false };
    },
    findBegun: async () => undefined,
    asset: (assetId, signal) => api.request<Asset>("GET", `/assets/${assetId}/`, { signal }),
  };
}
