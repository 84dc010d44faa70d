/**
 * A document for components. Only what a page draws with is happy-dom's: requests, files and signals stay those of Node, so that the
 * client beneath the components talks to a real server. Set up before React is loaded.
 */
import { Window } from "happy-dom";

const window = new Window({ url: "https://chat.example/" });
const FROM_PAGE =
  /^(document|navigator|location|Node|Text|Element|UIEvent|KeyboardEvent|MouseEvent|PointerEvent|FocusEvent|InputEvent|Image|ImageData|MutationObserver|DocumentFragment|HTML\w*|SVG\w*|getComputedStyle|requestAnimationFrame|cancelAnimationFrame)$/;

for (const name of Object.getOwnPropertyNames(window).filter((each) => FROM_PAGE.test(each)))
  Object.defineProperty(globalThis, name, { value: Reflect.get(window, name), configurable: true, writable: true });
Object.defineProperty(globalThis, "window", { value: window, configurable: true });
