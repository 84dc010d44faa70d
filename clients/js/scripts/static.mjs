// Writes the SDK as one minified module, for pages that no build tool makes: by default among the static files of the Django app.
//   node scripts/static.mjs [file]
import { resolve } from "node:path";
import { argv, cwd } from "node:process";
import { rolldown } from "rolldown";

const named = argv[2] && resolve(cwd(), argv[2]);
const { options } = await import("./bundle.mjs"); // moves to the package's folder
const bundle = await rolldown({ ...options, input: "src/index.ts" });
// In one file, so that a host's storage may rename it; without a map, which Django's manifest storage would ask for.
await bundle.write({
  file: named ?? "../../src/mediadock/api/static/mediadock/index.js",
  format: "esm",
  minify: true,
  codeSplitting: false,
});
await bundle.close();
