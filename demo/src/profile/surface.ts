/** Uploads of one's own picture: each replaces the one before as soon as it is ready. */
import type { Client, MediaSession, Surface } from "mediadock";
import { declaredFile, mediaSurface } from "../media/surface";

const known = new WeakMap<Client, Surface>();

export function avatarSurface(client: Client): Surface {
  const surface =
    known.get(client) ??
    mediaSurface(client, {
      profile: "avatar",
      begin: (file, signal) =>
        client.api.request<MediaSession>("POST", "/users/me/avatar/upload", {
          body: declaredFile(file),
          creates: true,
          signal,
        }),
    });
  known.set(client, surface);
  return surface;
}
