/** Code that is loaded when it is wanted. A request for it can fail as any other, and is tried again as any other. */
import { Unreachable } from "../api/errors.js";
import { brief, DEFAULT_POLICY } from "./retry.js";
import { sleep } from "./sleep.js";

/** What `load` gives, an `import()`; `Unreachable` when it cannot be had in three tries. */
export function lazily<T>(load: () => Promise<T>, policy = DEFAULT_POLICY): Promise<T> {
  let address: string | undefined;
  let tries = 0;
  return brief(
    policy,
    sleep,
  )(async () => {
    try {
      // A browser keeps a failure under its address, and names that in its error.
      return await (address ? (import(/* @vite-ignore */ `${address}?again=${tries}`) as Promise<T>) : load());
    } catch (error) {
      tries++;
      address = /\bhttps?:[^\s?#]+/.exec(String(error))?.[0] ?? address;
      throw new Unreachable("code_unreachable", "A part of the page could not be loaded.");
    }
  });
}
