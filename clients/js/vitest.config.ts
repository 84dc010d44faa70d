import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    testTimeout: 15_000,
    // Node 20 has a WebSocket only behind this flag; the event stream is tested over a real one.
    execArgv: ["--experimental-websocket", "--no-warnings"],
    maxWorkers: 2,
  },
});
