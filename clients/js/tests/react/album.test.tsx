/** An album through every row of the truth table. */

import { act, fireEvent, render, screen, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { type Asset, EMPTY_STATE } from "../../src/index.js";
import { AlbumGrid, spansOf } from "../../src/react/AlbumGrid.js";
import { cellsOf } from "../../src/react/cells.js";
import { assetOf, cellsFor, decodedByHand, failure, readyPicture } from "./support.js";

const cellOf = (name: string) => screen.getByRole("group", { name: new RegExp(`^${name}`) });

test.each<[string, Partial<Asset>, string, string]>([
  ["on its way from elsewhere", {}, "uploading", "Incoming…"],
  ["arrived", { stage: "processing", state: "uploaded" }, "processing", "Processing…"],
  ["being processed", { stage: "processing", state: "processing", progress: 45 }, "processing", "Processing… 45 %"],
  ["with a first thumbnail", { stage: "thumbnail_ready", progress: 60 }, "thumbnail_ready", "Processing… 60 %"],
  ["failed", failure(true), "failed", "It took too long."],
  ["rejected", failure(false), "failed", "It took too long."],
])("a picture %s says so", (_, state, stage, words) => {
  const { container } = render(<AlbumGrid cells={cellsFor(assetOf(5, state))} />);
  expect(within(cellOf("5.jpg, photo")).getByText(words)).toBeTruthy();
  const cell = container.querySelector("[data-asset-id='5']");
  expect(cell?.getAttribute("data-stage")).toBe(stage);
  expect(cell?.getAttribute("data-kind")).toBe("image");
  expect(screen.queryByRole("button")).toBeNull();
});

test("a picture that is ready is opened by its button", () => {
  const onOpen = vi.fn();
  const cells = cellsFor(readyPicture(5));
  render(<AlbumGrid cells={cells} onOpen={onOpen} />);
  fireEvent.click(screen.getByRole("button", { name: "Open 5.jpg" }));
  expect(onOpen).toHaveBeenCalledWith(cells[0]);
  expect(cellOf("5.jpg, photo, ready")).toBeTruthy();
});

test("a film that is ready has a play button with its length, and plays in place where nobody opens it", () => {
  const film = { kind: "video", file_name: "film.mp4", duration: 72.4, media_url: "https://store.example/v.mp4" };
  const { container } = render(<AlbumGrid cells={cellsFor(readyPicture(5, film))} />);
  expect(screen.getByText("1:12")).toBeTruthy();
  fireEvent.click(screen.getByRole("button", { name: "Play film.mp4, 1:12" }));
  expect(container.querySelector("video")?.getAttribute("src")).toBe("https://store.example/v.mp4");
});

test("retry is offered only where it may help, and remove always", async () => {
  const onRetry = vi.fn();
  const onRemove = vi.fn();
  const cells = cellsFor(assetOf(5, failure(true)), assetOf(6, failure(false)));
  render(<AlbumGrid cells={cells} onRetry={onRetry} onRemove={onRemove} />);
  expect(screen.queryByRole("button", { name: "Retry 6.jpg" })).toBeNull();
  await act(async () => void fireEvent.click(screen.getByRole("button", { name: "Retry 5.jpg" })));
  await act(async () => void fireEvent.click(screen.getByRole("button", { name: "Remove 6.jpg" })));
  expect(onRetry).toHaveBeenCalledExactlyOnceWith(cells[0]);
  expect(onRemove).toHaveBeenCalledExactlyOnceWith(cells[1]);
});

test("a button that is pressed twice acts once until it has ended", async () => {
  let end = () => {};
  const onRetry = vi.fn(() => new Promise<void>((resolve) => (end = resolve)));
  render(<AlbumGrid cells={cellsFor(assetOf(5, failure(true)))} onRetry={onRetry} />);
  const button = screen.getByRole("button", { name: "Retry 5.jpg" });
  await act(async () => void fireEvent.click(button));
  await act(async () => void fireEvent.click(button));
  expect(onRetry).toHaveBeenCalledTimes(1);
  expect(button.getAttribute("aria-disabled")).toBe("true");
  await act(async () => end());
  await act(async () => void fireEvent.click(button));
  expect(onRetry).toHaveBeenCalledTimes(2);
});

test("the receiver of a message is offered nothing", () => {
  render(<AlbumGrid cells={cellsFor(assetOf(5, failure(true)), assetOf(6))} />);
  expect(screen.queryByRole("button")).toBeNull();
});

test("a picture appears when it is decoded, over its thumbnail", async () => {
  const decode = decodedByHand();
  const shown = () => [...document.querySelectorAll("img[data-shown]")].map((each) => each.getAttribute("src"));
  const { thumbnail_url, placeholder } = readyPicture(5);
  const early = { stage: "thumbnail_ready", thumbnail_url, placeholder };
  const { rerender, container } = render(<AlbumGrid cells={cellsFor(assetOf(5, early))} />);
  expect(container.querySelector("canvas")?.width).toBe(32);
  expect(shown()).toEqual([]);
  await act(async () => decode());
  expect(shown()).toEqual([thumbnail_url]);
  rerender(<AlbumGrid cells={cellsFor(readyPicture(5))} />);
  expect(shown()).toEqual([thumbnail_url]);
  await act(async () => decode());
  expect(shown()).toEqual(["https://store.example/2048.webp?sign=1"]);
});

test("an address that is only signed anew loads nothing again, until it breaks", () => {
  const onStale = vi.fn();
  const signed = (sign: number) =>
    cellsFor(readyPicture(5, { media_url: `https://store.example/2048.webp?sign=${sign}` }));
  const source = () => document.querySelector(".md-picture img:last-child")?.getAttribute("src");
  const { rerender } = render(<AlbumGrid cells={signed(1)} onStale={onStale} />);
  rerender(<AlbumGrid cells={signed(2)} onStale={onStale} />);
  expect(source()).toBe("https://store.example/2048.webp?sign=1");
  fireEvent.error(document.querySelector(".md-picture img:last-child") as HTMLElement);
  expect(onStale).toHaveBeenCalledTimes(1);
  rerender(<AlbumGrid cells={signed(3)} onStale={onStale} />);
  expect(source()).toBe("https://store.example/2048.webp?sign=3");
});

const style = (id: number) => document.querySelector<HTMLElement>(`[data-asset-id='${id}']`)?.style;

test("a tile keeps its shape when its picture arrives, known before or not", () => {
  const { rerender, unmount } = render(<AlbumGrid cells={cellsFor(assetOf(5))} />);
  const before = style(5)?.aspectRatio;
  expect(before).toMatch(/^1.333/);
  rerender(<AlbumGrid cells={cellsFor(readyPicture(5, { width: 900, height: 1200 }))} />);
  expect(style(5)?.aspectRatio).toBe(before);
  unmount();
  render(<AlbumGrid cells={cellsFor(readyPicture(5, { width: 900, height: 1200 }))} />);
  expect(style(5)?.aspectRatio).toMatch(/^0.75/);
});

test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 50])("%i tiles fill whole rows", (count) => {
  const spans = spansOf(count);
  expect(spans).toHaveLength(count);
  let column = 0;
  for (const span of spans) {
    expect(column + span).toBeLessThanOrEqual(6);
    column = (column + span) % 6;
  }
  expect(column).toBe(0);
});

test("progress of one cell draws no other again", () => {
  const drawn: number[] = [];
  const watched = (id: number, progress: number) =>
    Object.defineProperty(assetOf(id, { stage: "processing", progress }), "thumbnail_url", {
      get: () => void drawn.push(id),
    });
  const others = [2, 3, 4].map((id) => watched(id, 5));
  const album = (progress: number) => (
    <AlbumGrid cells={cellsFor(watched(1, progress), ...others)} onRetry={() => progress} />
  );
  const { rerender } = render(album(1));
  expect(new Set(drawn)).toEqual(new Set([1, 2, 3, 4]));
  drawn.length = 0;
  rerender(album(2));
  expect(new Set(drawn)).toEqual(new Set([1]));
});

test("what is ready or failed is announced once, and no percentage is", () => {
  const live = () => document.querySelector("[aria-live='polite']")?.textContent;
  const slow = assetOf(2, { stage: "processing", progress: 10 });
  const { rerender } = render(<AlbumGrid cells={cellsFor(assetOf(1), slow)} />);
  expect(live()).toBe("");
  rerender(<AlbumGrid cells={cellsFor(readyPicture(1), { ...slow, progress: 50 })} />);
  expect(live()).toBe("1 of 2 ready.");
  rerender(<AlbumGrid cells={cellsFor(readyPicture(1), { ...slow, ...failure(true) })} />);
  expect(live()).toBe("1 of 2 ready. 2.jpg failed: It took too long.");
  expect(document.querySelectorAll("[aria-live]")).toHaveLength(1);
});

test("documents and sounds have rows of their own", () => {
  const pdf = { kind: "file", file_name: "plan.pdf", pages: 3, size: 2048, content_type: "application/pdf" };
  const voice = { kind: "audio", file_name: "voice.webm", duration: 4, waveform: [1, 50, 100] };
  const { container } = render(
    <AlbumGrid cells={cellsFor(readyPicture(1), readyPicture(2, pdf), readyPicture(3, voice), assetOf(4, pdf))} />,
  );
  expect(container.querySelectorAll(".md-tiles [data-asset-id]")).toHaveLength(1);
  const download = screen.getByRole("link", { name: /^Download plan\.pdf/ });
  expect(download.getAttribute("href")).toBe("https://store.example/2048.webp?sign=1");
  expect(within(download).getByText("PDF · 3 pages · 2 KiB")).toBeTruthy();
  expect(screen.getByRole("slider", { name: "Position in voice.webm" })).toBeTruthy();
  expect(within(cellOf("plan.pdf, document, incoming")).getByText("Incoming…")).toBeTruthy();
});

test("an asset that was given up has no cell", () => {
  expect(cellsFor(assetOf(5, { stage: "failed", state: "aborted" }))).toEqual([]);
});

test("assets that hang on no message have cells in the order they are asked for, until they are deleted", () => {
  const assets = [readyPicture(5), assetOf(6, failure(true)), assetOf(8, { stage: "deleted" })];
  const entries = assets.map((asset) => [asset.asset_id, { seq: 1, live: 0, asset }] as const);
  const state = { ...EMPTY_STATE, assets: Object.fromEntries(entries) };
  const cells = cellsOf({ state, assetIds: [8, 6, 7, 5] });
  expect(cells.map(({ asset, stage }) => [asset?.asset_id, stage])).toEqual([
    [6, "failed"],
    [5, "done"],
  ]);
});

test("even tiles have no shapes of their own", () => {
  render(<AlbumGrid even cells={cellsFor(readyPicture(5), readyPicture(6), readyPicture(8))} />);
  expect(document.querySelector("[data-even] [data-asset-id='5']")?.getAttribute("style")).toBeNull();
});
