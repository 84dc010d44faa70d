// Writes a .br and a .gz beside each built text: the server sends them as they are, and compresses nothing itself.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";

const BUILT = fileURLToPath(new URL("../../src/mediadock/server/web/", import.meta.url));
const TEXT = /\.(?:html|js|css|svg|json|webmanifest)$/;
const LEAST_BYTES = 1024; // fits into one packet anyway

for (const name of await readdir(BUILT, { recursive: true })) {
  if (!TEXT.test(name)) continue;
  const content = await readFile(BUILT + name);
  if (content.length < LEAST_BYTES) continue;
  await writeFile(`${BUILT + name}.br`, brotliCompressSync(content));
  await writeFile(`${BUILT + name}.gz`, gzipSync(content, { level: 9 }));
}
