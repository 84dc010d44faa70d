// node bundle.mjs <entry> <folder> [<node_modules>]: one ES module and what it loads on demand, run in clients/js, whose bundler it is.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [, , input, dir, ...modules] = process.argv;
const require = createRequire(`${process.cwd()}/package.json`);
const { rolldown } = await import(pathToFileURL(require.resolve("rolldown")).href);
const define = { "process.env.NODE_ENV": '"production"' };
const resolve = { modules: [...modules, `${process.cwd()}/node_modules`] };
const bundle = await rolldown({ input, resolve, platform: "browser", transform: { define, target: "es2022" } });
await bundle.write({ dir, format: "esm" });
await bundle.close();
