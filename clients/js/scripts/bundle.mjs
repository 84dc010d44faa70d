// What the build and the size budget have in common.
import { chdir } from "node:process";
import { fileURLToPath } from "node:url";

chdir(fileURLToPath(new URL("..", import.meta.url)));

/** All entries in one bundle, so that what they share (errors above all, told apart by instanceof) is there once. */
export const entries = {
  index: "src/index.ts",
  fetch: "src/network/fetch.ts",
  media: "src/upload/media.ts",
  react: "src/react/index.ts",
};

export const options = {
  platform: "browser",
  tsconfig: "tsconfig.json",
  transform: { target: "es2022" },
  external: [/^react($|\/)/],
};
