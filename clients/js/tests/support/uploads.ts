/** What the small server keeps: uploads, and what is to go wrong with them. */
export interface Upload {
  assetId: number;
  messageId: number | null;
  profile?: string; // the chat's, if not said
  name: string;
  size: number;
  contentType: string;
  partSize: number; // 0: direct
  state: string;
  body: Buffer | null;
  parts: Map<number, Buffer>;
}

/** What happens to the next `times` requests that begin with `start` ("PUT /store/1/2"). */
export interface Fault {
  start: string;
  times: number;
  status?: number; // answered instead of doing the work
  code?: string;
  loseAnswer?: boolean; // the work is done, then the connection is cut
  cutAfter?: number; // cut when so many bytes of the body are read
  stall?: boolean; // never answered
  headers?: Record<string, string>;
  then?: () => void; // what else happens at that moment
}

export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
  ) {
    super(code);
  }
}

export const numParts = (upload: Upload): number => (upload.partSize ? Math.ceil(upload.size / upload.partSize) : 0);

const STAGES: Record<string, string> = { pending: "uploading", uploaded: "processing", ready: "done" };

export function asAsset(upload: Upload, more: object = {}) {
  const stage = STAGES[upload.state] ?? "failed";
  return {
    asset_id: upload.assetId,
    message_id: upload.messageId,
    owner_id: 1,
    profile: upload.profile ?? "chat",
    kind: "file",
    file_name: upload.name,
    content_type: upload.contentType,
    size: upload.size,
    state: upload.state,
    message_status: upload.state === "ready" ? "sent" : "pending",
    processing_status: "queued",
    stage,
    progress: stage === "done" ? 100 : 0,
    attempt: 1,
    width: null,
    height: null,
    duration: null,
    waveform: null,
    pages: null,
    placeholder: null,
    thumbnail_url: null,
    media_url: null,
    url: null,
    variants: {},
    error: null,
    created_at: "2026-01-01T00:00:00.000000+00:00",
    updated_at: "2026-01-01T00:00:00.000000+00:00",
    ...more,
  };
}
