/** Media as lists tell them, in the shape that events and the bindings have; and the store, which is told of them. */
import type { AlbumMedium, Asset, Client, Medium } from "mediadock";

const STAGES: Record<string, string> = { PENDING: "uploading", UPLOADED: "processing", PROCESSING: "processing" };

/** `address`: where the medium itself is, whatever becomes of the addresses of its variants; null while it is not ready. */
export function assetOf(medium: Medium, ownerId: number, address: string | null): Asset {
  const { status } = medium;
  const stage = status === "READY" ? "done" : (STAGES[status] ?? "failed");
  const variants = Object.entries(medium.variants).map(([name, { url, contentType, width, height, fileSize }]) => [
    name,
    { url, content_type: contentType, width, height, size_bytes: fileSize },
  ]);
  return {
    asset_id: medium.mediaId,
    message_id: null,
    owner_id: ownerId,
    profile: medium.mediaType,
    kind: medium.kind,
    file_name: medium.fileName,
    content_type: medium.contentType,
    size: medium.fileSize,
    state: status.toLowerCase(),
    message_status: "pending",
    processing_status: stage,
    stage: stage,
    progress: stage === "done" ? 100 : 0,
    attempt: 1,
    width: medium.width,
    height: medium.height,
    duration: medium.duration,
    waveform: medium.waveform,
    pages: null,
    placeholder: medium.placeholder,
    thumbnail_url: medium.thumbnailUrl,
    media_url: address,
    url: address,
    variants: Object.fromEntries(variants),
    error: medium.error,
    created_at: medium.createdAt,
    updated_at: medium.updatedAt,
  };
}

/** Of a post: everybody's, at an address that does not change. */
export const postedAsset = (medium: Medium, ownerId: number): Asset =>
  assetOf(medium, ownerId, medium.status === "READY" ? medium.cdnUrl : null);

/** Of an album: its owner's alone. Only what has arrived is told whole by the list of an album. */
export function albumAsset(medium: AlbumMedium, ownerId: number): Asset {
  const pictures = Object.keys(medium.variants).filter((name) => /^\d+$/.test(name));
  const largest = pictures.sort((a, b) => Number(b) - Number(a))[0] ?? "";
  const shown = medium.variants[medium.kind === "image" ? largest : medium.kind];
  return assetOf({ ...medium, status: "READY" }, ownerId, shown?.url ?? null);
}

/** What events have told goes before: they are younger than a list that was asked for while they came. */
export function introduce({ store }: Client, assets: readonly Asset[]): void {
  for (const asset of assets) store.dispatch({ type: "asset_read", seq: 0, data: { ...asset } });
}
