/** Where the SDK's engine sends the files of albums, posts and avatars: the SDK's own surface, but for what giving up leaves. */
import type { Client, Surface } from "mediadock";
import { mediaSurface as ofTheSdk, type Place } from "mediadock/media";

export { declaredFile, declaredMedium } from "mediadock/media";

/** Uploads are not found again after a reload: of a file that is chosen anew, the bytes go anew. */
export const mediaSurface = (client: Client, place: Place): Surface => ({
  ...ofTheSdk(client, place),
  abort: (assetId) => client.api.request<void>("DELETE", `/assets/${assetId}/`), // what never arrived leaves nothing
});
