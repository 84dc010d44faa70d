// One line in (a photo's path), four WebP files out beside it, one line back: milliseconds.
import fs from "node:fs";
import readline from "node:readline";
import sharp from "sharp";

sharp.cache(false);
const sizes = [240, 480, 960, 2048];

for await (const path of readline.createInterface({ input: process.stdin })) {
  const input = fs.readFileSync(path);
  const begun = performance.now();
  const made = await Promise.all(
    sizes.map((size) =>
      sharp(input)
        .rotate()
        .resize({ width: size, height: size, fit: "inside", withoutEnlargement: true })
        .webp({ quality: 80 })
        .toBuffer(),
    ),
  );
  const took = performance.now() - begun;
  made.forEach((body, at) => fs.writeFileSync(`${path}.${sizes[at]}.webp`, body));
  console.log(took);
}
