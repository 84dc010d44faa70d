/** Files that are sent from a component, through a real server that misbehaves on demand. */
import { act, render, screen } from "@testing-library/react";
import { type ReactNode, StrictMode, useEffect } from "react";
import { expect, test } from "vitest";
import type { Client } from "../../src/index.js";
import { AlbumGrid } from "../../src/react/AlbumGrid.js";
import { MediadockProvider } from "../../src/react/context.js";
import { useCells, useEvents } from "../../src/react/events.js";
import type { DirectUpload, LocalUpload } from "../../src/react/types.js";
import { uploadsOf } from "../../src/react/uploads.js";
import { useDirectUpload } from "../../src/react/useDirectUpload.js";
import { PART, type SmallServer } from "../support/server.js";
import { clientOf, makeFile, startServer } from "../support/setup.js";
import { decodedByHand, openObjectUrls } from "./support.js";

let hook: DirectUpload;

function Bubble({ upload }: { upload: LocalUpload }) {
  const cells = useCells({ upload });
  return (
    <div data-status={upload.status}>
      <AlbumGrid cells={cells} onCancel={hook.cancel} onRetry={hook.retry} onRemove={hook.remove} />
    </div>
  );
}

function Chat({ to = 2 }: { to?: number }) {
  const own = useDirectUpload({ to, text: "look" });
  const { status } = useEvents();
  useEffect(() => {
    hook = own;
  });
  return (
    <>
      <p data-testid="status">{status}</p>
      {own.uploads.map((upload) => (
        <Bubble key={upload.id} upload={upload} />
      ))}
    </>
  );
}

function Nobody() {
  const own = useDirectUpload();
  useEffect(() => {
    hook = own;
  });
  return null;
}

const page = (client: Client, children: ReactNode) => (
  <StrictMode>
    <MediadockProvider client={client}>{children}</MediadockProvider>
  </StrictMode>
);

/** Waits in React's way until it holds; what happens meanwhile is drawn. */
async function until(holds: () => boolean, withinMs = 30_000): Promise<void> {
  for (const end = Date.now() + withinMs; !holds(); ) {
    if (Date.now() > end) throw new Error(`not within ${withinMs} ms: ${holds}\n${document.body.innerHTML}`);
    await act(() => new Promise((next) => setTimeout(next, 5)));
  }
}

const stages = () => [...document.querySelectorAll("[data-stage]")].map((cell) => cell.getAttribute("data-stage"));
const status = () => document.querySelector("[data-status]")?.getAttribute("data-status");
const press = (name: string) => act(async () => screen.getByRole("button", { name }).click());
const send = (...files: File[]) => act(async () => void hook.start(files));
const picture = (name: string, size = 1000) => makeFile(size, name, "image/jpeg");

async function chat(server: SmallServer) {
  const client = clientOf(server);
  return { client, ...render(page(client, <Chat />)) };
}

test("files are cells with previews at once, and turn into what the server made of them", async () => {
  const server = await startServer();
  server.processes = false;
  const urls = openObjectUrls();
  const decode = decodedByHand();
  await chat(server);
  act(() => void hook.start([picture("a.jpg"), makeFile(2 * PART, "b.gz")]));
  await until(() => stages().length === 2);
  expect(stages()).toEqual(["uploading", "uploading"]);
  expect(document.querySelector(".md-preview")?.getAttribute("src")).toBe([...urls][0]);
  await until(() => status() === "processing");
  await until(() => stages().every((stage) => stage === "processing"));
  const [first, second] = [...server.uploads.values()];
  if (!first || !second) throw new Error("two uploads were made");
  server.tell(first, { kind: "image", stage: "done", state: "ready", media_url: "http://media/1" });
  await until(() => stages()[0] === "done");
  expect(stages()).toEqual(["done", "processing"]);
  expect(urls.size).toBe(1);
  await act(async () => decode());
  expect(urls.size).toBe(0);
  server.tell(second, { stage: "done", state: "ready", media_url: "http://media/2" });
  await until(() => status() === "done");
  expect(document.querySelectorAll("[data-asset-id]")).toHaveLength(2);
});

test("in strict mode one start is one message, and the stream is open while somebody listens", async () => {
  const server = await startServer();
  const { client, unmount } = await chat(server);
  await until(() => client.events.status === "polling");
  await send(picture("a.jpg"));
  await until(() => status() === "done");
  expect(server.texts.size).toBe(1);
  unmount();
  await until(() => client.events.status === "idle");
});

test("previews are let go when the page that shows them goes away", async () => {
  const server = await startServer();
  server.processes = false;
  const urls = openObjectUrls();
  const { unmount } = await chat(server);
  await send(picture("a.jpg"), picture("b.jpg"));
  await until(() => status() === "processing");
  for (const upload of server.uploads.values()) server.tell(upload, { kind: "image", stage: "done", state: "ready" });
  await until(() => status() === "done");
  expect(urls.size).toBe(2);
  unmount();
  await until(() => urls.size === 0);
});

test("an upload goes on while another page is shown, and is there when one comes back", async () => {
  const server = await startServer();
  server.fault("PUT /store/1/0", { stall: true });
  const { client, rerender } = await chat(server);
  await send(picture("a.jpg"));
  await until(() => server.count("PUT") === 1);
  rerender(page(client, <Chat to={3} />));
  expect(stages()).toEqual([]);
  rerender(page(client, <Chat />));
  expect(stages()).toEqual(["uploading"]);
  await press("Cancel a.jpg");
});

test("one that is cancelled has no cell, no preview and no asset", async () => {
  const server = await startServer();
  server.fault("PUT /store/1/0", { stall: true });
  const urls = openObjectUrls();
  await chat(server);
  await send(picture("a.jpg"), picture("b.jpg"));
  await until(() => server.count("PUT /store/1/0") === 1);
  await press("Cancel a.jpg");
  await until(() => server.uploads.get(1)?.state === "aborted");
  await until(() => stages().length === 1);
  await until(() => urls.size === 0); // and the other turned out to be no picture
});

test("a file whose bytes failed says why, and retry sends what is missing of it and nothing else", async () => {
  const server = await startServer();
  server.fault("PUT /store/1/2", { status: 400, times: 1 });
  await chat(server);
  await send(makeFile(3 * PART, "a.gz"), makeFile(100, "b.gz"));
  await until(() => status() === "failed");
  expect(stages()).toEqual(["failed", "done"]);
  await server.settle();
  const had = server.uploads.get(1)?.parts.size ?? 0;
  await press("Retry a.gz");
  await until(() => stages()[0] === "done");
  expect(status()).toBe("done");
  expect(server.count("PUT /store/1/")).toBe(3 - had);
  expect(server.count("PUT /store/2/")).toBe(0);
  expect(server.texts.size).toBe(1);
});

test("a processing that failed is tried again at the server", async () => {
  const server = await startServer();
  server.processes = false;
  await chat(server);
  await send(makeFile(100, "a.gz"));
  await until(() => stages()[0] === "processing");
  const [upload] = [...server.uploads.values()];
  if (!upload) throw new Error("an upload was made");
  const error = { code: "timeout", reason: "It took too long.", retryable: true };
  server.tell(upload, { stage: "failed", state: "failed", error });
  await until(() => stages()[0] === "failed");
  await press("Retry a.gz");
  await until(() => server.count("POST /api/v1/assets/1/retry/") === 1);
  server.tell(upload, { stage: "processing", state: "processing" });
  await until(() => stages()[0] === "processing" && status() === "processing");
  server.tell(upload, { stage: "done", state: "ready" });
  await until(() => stages()[0] === "done" && status() === "done");
  expect(hook.uploads[0]?.progress.fraction).toBe(1);
});

test("a file that is refused holds the others back until it is removed", async () => {
  const server = await startServer();
  server.maxSize = 5000;
  const urls = openObjectUrls();
  await chat(server);
  await send(makeFile(100, "a.gz"), picture("big.jpg", 6000));
  await until(() => status() === "failed");
  const said = [...document.querySelectorAll(".md-reason")].map((each) => each.textContent);
  expect(said).toEqual([
    "“big.jpg” is too large: at most 4.9 KiB are accepted here.",
    "Not sent: “big.jpg” is too large: at most 4.9 KiB are accepted here.",
  ]);
  expect(screen.queryByRole("button", { name: /^Retry/ })).toBeNull();
  await press("Remove big.jpg");
  await until(() => status() === "done");
  expect(stages()).toEqual(["done"]);
  expect(urls.size).toBe(0);
});

test("what is left of an upload that nobody finished goes on in its message", async () => {
  const server = await startServer();
  const file = makeFile(3 * PART, "a.gz");
  server.fault("PUT /store/1/2", { status: 400 });
  const before = clientOf(server);
  await before.upload([file], { to: 2, text: "look" }).sent.catch(() => {});
  await server.settle();
  const { client } = await chat(server);
  const [upload] = await client.unfinished();
  if (!upload) throw new Error("one is unfinished");
  await act(async () => void hook.resume([{ upload, file }]));
  await until(() => status() === "done");
  expect(uploadsOf(client).list()[0]).toMatchObject({ messageId: 100, to: 2 });
});

test("without anybody to send to, start says so", async () => {
  render(page(clientOf(await startServer()), <Nobody />));
  expect(() => hook.start([picture("a.jpg")])).toThrow("Nobody to send to");
});
