/** Uploads into an album. The same surface for the same album, so that its page finds them again. */
import type { Client, MediaSession, Surface } from "mediadock";
import { declaredFile, mediaSurface } from "../media/surface";

const known = new WeakMap<Client, Map<number, Surface>>();

export function albumSurface(client: Client, albumId: number): Surface {
  const surfaces = known.get(client) ?? new Map<number, Surface>();
  known.set(client, surfaces);
  const surface =
    surfaces.get(albumId) ??
    mediaSurface(client, {
      profile: "album",
      begin: (file, signal) =>
        client.api.request<MediaSession>("POST", `/albums/${albumId}/media/upload`, {
          body: declaredFile(file),
          creates: true,
          signal,
        }),
    });
  surfaces.set(albumId, surface);
  return surface;
}
