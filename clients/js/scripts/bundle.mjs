// What the build and the size budget have in common.
import { chdir } from "node:process";
import { fileURLToPath } from "node:url";

chdir(fileURLToPath(new URL("..", import.meta.url)));

export const options = { platform: "browser", tsconfig: "tsconfig.json", transform: { target: "es2022" } };
