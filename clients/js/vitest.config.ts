import { defineConfig } from "vitest/config";

// The timeout ends what would hang, on the slowest machine; Node 20 has a WebSocket only behind this flag; the event stream is tested over a real one.
const shared = { testTimeout: 60_000, execArgv: ["--experimental-websocket", "--no-warnings"] };

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      { test: { ...shared, name: "sdk", include: ["tests/**/*.test.ts"], exclude: ["tests/react/**"] } },
      {
        test: {
          ...shared,
          name: "react",
          include: ["tests/react/**/*.test.{ts,tsx}"],
          exclude: ["tests/react/server.test.tsx"],
          setupFiles: ["tests/react/dom.ts"],
        },
      },
      { test: { ...shared, name: "react on a server", include: ["tests/react/server.test.tsx"] } },
    ],
  },
});
