/** The small server's media service: the same uploads in its spelling. */
import { Refusal, type Upload } from "./uploads.js";

type Json = Record<string, unknown>;
type Answer = [status: number, body: unknown];

/** What it needs of the rest; the shapes are the chat's. */
export interface ChatSide {
  add(messageId: number | null, asked: Json, profile: string): Upload;
  upload(id: unknown): Upload;
  grant(upload: Upload, start?: number, count?: number): Json;
  parts(upload: Upload): Json;
  complete(upload: Upload, parts: unknown): Json;
  abort(upload: Upload): void;
}

/** The answer; undefined when this is no address of the media service. */
export function mediaService(path: string, query: URLSearchParams, body: Json, chat: ChatSide): Answer | undefined {
  const [, root, id, what] = path.split("/");
  if (root !== "media") return undefined;
  if (id === "upload-session") {
    const { fileName: file_name, fileSize: file_size, fileType: content_type, mediaType } = body;
    return [201, sessionOf(chat.grant(chat.add(null, { file_name, file_size, content_type }, String(mediaType))))];
  }
  const upload = chat.upload(id);
  if (what === "parts") return [200, partsOf(chat.parts(upload))];
  if (what === "abort") {
    chat.abort(upload);
    return [200, { mediaId: upload.assetId, status: "ABORTED" }];
  }
  if (what === "urls") {
    if (upload.state !== "pending") throw new Refusal(409, "upload_not_pending");
    const [start, count] = [Number(query.get("start") ?? 1), Number(query.get("count") ?? 500)];
    return [200, sessionOf(chat.grant(upload, start, count))];
  }
  if (what === "complete-multipart" && body.uploadId !== `u${upload.assetId}`)
    throw new Refusal(404, "upload_not_found");
  const claimed = body.parts as { partNumber: number; etag: string }[] | undefined;
  chat.complete(
    upload,
    claimed?.map(({ partNumber, etag }) => ({ PartNumber: partNumber, ETag: etag })),
  );
  return [200, { mediaId: upload.assetId, status: "UPLOADED" }];
}

function sessionOf(grant: Json): Json {
  const session = { mediaId: grant.asset_id, cdnUrl: "", expiresAt: grant.expires_at };
  if (grant.mode === "direct") return { ...session, uploadUrl: grant.put_url, headers: grant.headers };
  const { items } = grant.batch as { items: { part_number: number; url: string }[] };
  return {
    ...session,
    uploadUrl: "",
    uploadId: grant.upload_id,
    partSize: grant.part_size,
    totalParts: grant.num_parts,
    partUrls: items.map(({ part_number, url }) => ({ partNumber: part_number, url })),
  };
}

function partsOf(answer: Json): Json {
  const parts = answer.parts as { PartNumber: number; ETag: string; Size: number }[];
  return {
    uploadId: answer.upload_id,
    partSize: answer.part_size,
    totalParts: answer.num_parts,
    parts: parts.map(({ PartNumber, ETag, Size }) => ({ partNumber: PartNumber, etag: ETag, size: Size })),
    missing: answer.missing,
  };
}
