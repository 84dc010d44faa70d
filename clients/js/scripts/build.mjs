// Bundles src into dist: one ES module an entry, what they share and what is loaded on demand in files of its own.
import { cp, rm } from "node:fs/promises";
import { rolldown } from "rolldown";
import { entries, options } from "./bundle.mjs";

await rm(new URL("../dist", import.meta.url), { recursive: true, force: true });
const bundle = await rolldown({ ...options, input: entries });
await bundle.write({ dir: "dist", format: "esm", sourcemap: true });
await bundle.close();
await cp("src/react/style.css", "dist/react/style.css");
