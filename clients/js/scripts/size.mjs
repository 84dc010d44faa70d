// The size budget: everything that the SDK exports, minified and gzipped. What is loaded only on demand is told apart.
import { exit } from "node:process";
import { gzipSync } from "node:zlib";
import { rolldown } from "rolldown";
import { options } from "./bundle.mjs";

const BUDGET_BYTES = 12 * 1024;
const bundle = await rolldown({ ...options, input: { index: "src/index.ts" } });
const { output } = await bundle.generate({ format: "esm", minify: true });
await bundle.close();

const loaded = new Set(["index.js"]);
for (const name of loaded)
  for (const other of output.find(({ fileName }) => fileName === name).imports) loaded.add(other);

let total = 0;
for (const { fileName, code } of output) {
  const bytes = gzipSync(code, { level: 9 }).length;
  if (loaded.has(fileName)) total += bytes;
  console.log(
    `${fileName}: ${bytes} bytes gzipped, ${code.length} minified${loaded.has(fileName) ? "" : ", on demand"}`,
  );
}
console.log(`${total} of ${BUDGET_BYTES} bytes`);
if (total > BUDGET_BYTES) exit(console.error("over the budget") ?? 1);
