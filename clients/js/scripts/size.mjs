// The size budgets, minified and gzipped: everything that the SDK exports, and what the React bindings add to it (without React).
// What is loaded only on demand is told apart.
import { exit } from "node:process";
import { gzipSync } from "node:zlib";
import { rolldown } from "rolldown";
import { entries, options } from "./bundle.mjs";

const BUDGETS = { index: 12 * 1024, react: 11 * 1024 };

/** The files of a bundle of these entries, and which of them are loaded with one of them. */
async function bundled(...names) {
  const bundle = await rolldown({ ...options, input: Object.fromEntries(names.map((name) => [name, entries[name]])) });
  const { output } = await bundle.generate({ format: "esm", minify: true });
  await bundle.close();
  const loadedWith = (entry) => {
    const loaded = new Set([`${entry}.js`]);
    for (const name of loaded)
      for (const other of output.find(({ fileName }) => fileName === name)?.imports ?? []) loaded.add(other);
    return loaded;
  };
  return { output, loadedWith };
}

let isOver = false;
function report(entry, output, counts) {
  let total = 0;
  for (const { fileName, code } of output) {
    const bytes = gzipSync(code, { level: 9 }).length;
    if (counts(fileName)) total += bytes;
    console.log(
      `  ${fileName}: ${bytes} bytes gzipped, ${code.length} minified${counts(fileName) ? "" : ", not counted"}`,
    );
  }
  console.log(`${entry}: ${total} of ${BUDGETS[entry]} bytes`);
  isOver ||= total > BUDGETS[entry];
}

const alone = await bundled("index");
const own = alone.loadedWith("index");
report("index", alone.output, (name) => own.has(name));

const both = await bundled("index", "react");
const [sdk, react] = [both.loadedWith("index"), both.loadedWith("react")];
report("react", both.output, (name) => react.has(name) && !sdk.has(name));

if (isOver) exit(console.error("over the budget") ?? 1);
