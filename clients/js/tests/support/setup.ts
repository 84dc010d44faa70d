/** A small server and a client of it, for one test. */
import { randomFillSync } from "node:crypto";
import { onTestFinished } from "vitest";
import { type Client, type ClientOptions, createClient } from "../../src/index.js";
import { SmallServer } from "./server.js";
import { nodeTransport } from "./transport.js";

export const MIB = 1024 * 1024;

export class MemoryStorage {
  readonly items = new Map<string, string>();
  getItem = (key: string) => this.items.get(key) ?? null;
  setItem = (key: string, value: string) => void this.items.set(key, value);
  removeItem = (key: string) => void this.items.delete(key);
}

export async function startServer(): Promise<SmallServer> {
  const server = await new SmallServer().listen();
  onTestFinished(() => server.close());
  return server;
}

/** Impatient, and polling: sockets have tests of their own. */
export function clientOf(server: SmallServer, options: ClientOptions = {}): Client {
  return createClient({
    baseUrl: server.address,
    token: "good",
    transport: nodeTransport,
    retry: { firstDelayS: 0.01, longestDelayS: 0.02 },
    events: { pollEveryS: 0.02, reconnect: { firstDelayS: 0.01, longestDelayS: 0.02 } },
    ...options,
    storage: options.storage ?? new MemoryStorage(),
  });
}

export function makeFile(size: number, name = "a.gz", type = "application/gzip"): File {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 65_536) randomFillSync(bytes, at, Math.min(65_536, size - at));
  return new File([bytes], name, { type });
}

export const bytesOf = async (file: File): Promise<Buffer> => Buffer.from(await file.arrayBuffer());

/** The deadline ends what would hang; it says nothing of how fast a machine is. */
export async function eventually(holds: () => boolean, withinMs = 30_000): Promise<void> {
  for (const end = Date.now() + withinMs; !holds(); await new Promise((next) => setTimeout(next, 5)))
    if (Date.now() > end) throw new Error(`not within ${withinMs} ms: ${holds}`);
}
