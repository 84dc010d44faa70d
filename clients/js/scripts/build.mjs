// Bundles src into dist, or the folder that is given by its whole path: one ES module an entry, what they share and what is
// loaded on demand in files of its own.
import { cp, rm } from "node:fs/promises";
import { argv } from "node:process";
import { rolldown } from "rolldown";
import { entries, options } from "./bundle.mjs";

const dir = argv[2] ?? "dist";
await rm(dir, { recursive: true, force: true });
const bundle = await rolldown({ ...options, input: entries });
await bundle.write({ dir, format: "esm", sourcemap: true });
await bundle.close();
await cp("src/react/style.css", `${dir}/react/style.css`);
