/** What the server tells, under the names this SDK uses. Fields are spelled as they are on the wire; times are ISO 8601 in UTC. */
import type { AssetOut, MessageOut, UnfinishedOut, UserAnswer, VariantOut } from "./schema.js";

export type {
  AlbumMediaOut as AlbumMedium,
  AlbumRefOut as Album,
  ConfigOut as Config,
  GenerationWithImagesOut as Generation,
  MediaOut as Medium,
  PostOut as Post,
  ProfileOut as Limits,
  SessionOut as MediaSession,
} from "./schema.js";
export type Asset = AssetOut;
export type Message = MessageOut;
export type Unfinished = UnfinishedOut;
export type User = UserAnswer;
export type Variant = VariantOut;
export type Kind = "image" | "video" | "audio" | "file";

/** One frame of the event stream. `seq` counts a user's events without gaps; it is null for progress, which is never stored. */
export interface EventFrame {
  type: string;
  seq: number | null;
  data: Record<string, unknown>;
}

/** States that lie behind the upload. */
const ARRIVED = new Set(["uploaded", "processing", "ready", "failed", "rejected"]);

export const hasArrived = (state: string): boolean => ARRIVED.has(state);
