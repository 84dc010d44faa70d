// Bundles src into dist: one ES module an entry, what is loaded on demand in files of its own.
import { rm } from "node:fs/promises";
import { rolldown } from "rolldown";
import { options } from "./bundle.mjs";

await rm(new URL("../dist", import.meta.url), { recursive: true, force: true });
const bundle = await rolldown({ ...options, input: { index: "src/index.ts", fetch: "src/network/fetch.ts" } });
await bundle.write({ dir: "dist", format: "esm", sourcemap: true });
await bundle.close();
