/** What the tests of components share. */
import { cleanup } from "@testing-library/react";
import { afterEach, onTestFinished } from "vitest";
import type { Asset } from "../../src/index.js";
import { cellsOf } from "../../src/react/cells.js";
import type { Cell } from "../../src/react/types.js";
import { asAsset, type Upload } from "../support/uploads.js";

afterEach(cleanup);

/** An asset as the server tells of it. */
export function assetOf(id: number, more: Partial<Asset> = {}): Asset {
  const upload = { assetId: id, messageId: 7, name: `${id}.jpg`, size: 1000, contentType: "image/jpeg" };
  return { ...asAsset({ ...upload, state: "pending" } as Upload), kind: "image", stage: "uploading", ...more } as Asset;
}

const PICTURE = {
  stage: "done",
  state: "ready",
  progress: 100,
  width: 1600,
  height: 1200,
  placeholder: "3/cJNZqAh4dwiIh4iHiIeICACPh3",
  thumbnail_url: "https://store.example/480.webp?sign=1",
  media_url: "https://store.example/2048.webp?sign=1",
};

export const readyPicture = (id: number, more: Partial<Asset> = {}): Asset => assetOf(id, { ...PICTURE, ...more });

export const failure = (retryable: boolean): Partial<Asset> => ({
  stage: "failed",
  state: retryable ? "failed" : "rejected",
  error: { code: "timeout", reason: "It took too long.", retryable },
});

/** The cells of a message that has these assets and is not sent from here. */
export function cellsFor(...assets: Asset[]): Cell[] {
  const entries = assets.map((asset) => [asset.asset_id, { seq: 1, live: 0, asset }] as const);
  const message = { message_id: 7, seq: 1, status: "pending", asset_ids: assets.map(({ asset_id }) => asset_id) };
  const unknown = { sender_id: 1, receiver_id: 2, text: null, created_at: null, seen_at: null };
  const state = { seq: 1, assets: Object.fromEntries(entries), messages: { 7: { ...message, ...unknown } } };
  return cellsOf({ state, messageId: 7 });
}

/** Pictures and films are decoded when the test says so: the document of these tests draws nothing. */
export function decodedByHand(): () => void {
  const waiting: (() => void)[] = [];
  const { decode } = HTMLImageElement.prototype;
  HTMLImageElement.prototype.decode = () => new Promise((resolve) => waiting.push(resolve));
  onTestFinished(() => {
    HTMLImageElement.prototype.decode = decode;
  });
  return () => {
    for (const resolve of waiting.splice(0)) resolve();
  };
}

/** The object URLs that are not revoked yet. */
export function openObjectUrls(): Set<string> {
  const open = new Set<string>();
  const { createObjectURL, revokeObjectURL } = URL;
  URL.createObjectURL = (blob: Blob) => {
    const url = createObjectURL(blob);
    open.add(url);
    return url;
  };
  URL.revokeObjectURL = (url: string) => {
    open.delete(url);
    revokeObjectURL(url);
  };
  onTestFinished(() => {
    Object.assign(URL, { createObjectURL, revokeObjectURL });
  });
  return open;
}
