import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const server = process.env.MEDIADOCK_SERVER ?? "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [react()],
  resolve: {
    // The SDK's sources, so that no build of it comes first; the longer names before the shorter.
    alias: [
      { find: "mediadock/react/style.css", replacement: at("../clients/js/src/react/style.css") },
      { find: "mediadock/media", replacement: at("../clients/js/src/upload/media.ts") },
      { find: "mediadock/react", replacement: at("../clients/js/src/react/index.ts") },
      { find: "mediadock", replacement: at("../clients/js/src/index.ts") },
    ],
    dedupe: ["react", "react-dom"], // the bindings lie in another package, which has a React of its own for its tests
  },
  build: {
    outDir: at("../src/mediadock/server/web"),
    emptyOutDir: true,
    assetsInlineLimit: 0, // the page's policy allows fonts and styles from files only
    modulePreload: { polyfill: false }, // an inline script, which the policy refuses
    target: "es2022",
  },
  server: {
    host: "127.0.0.1",
    proxy: { "/api": server },
    fs: { allow: [at(".."), at("../clients/js")] },
  },
});
