/** Where one is: the hash of the address, so that Back works and a page can be linked to. */
import { useSyncExternalStore } from "react";

export type Route =
  | { page: "chats"; personId: number | null }
  | { page: "albums"; albumId: number | null }
  | { page: "feed" }
  | { page: "generated" }
  | { page: "profile" };

export type PageName = Route["page"];

const subscribe = (tell: () => void) => {
  window.addEventListener("hashchange", tell);
  return () => window.removeEventListener("hashchange", tell);
};

export function parseRoute(hash: string): Route {
  const [, page, id] = /^#\/(\w+)(?:\/(\d+))?$/.exec(hash) ?? [];
  if (page === "albums") return { page, albumId: id ? Number(id) : null };
  if (page === "feed" || page === "generated" || page === "profile") return { page };
  return { page: "chats", personId: page === "chats" && id ? Number(id) : null };
}

let lastHash: string | undefined;
let lastRoute: Route = { page: "chats", personId: null };

/** The same object for the same address. */
function currentRoute(): Route {
  const { hash } = window.location;
  if (hash !== lastHash) [lastHash, lastRoute] = [hash, parseRoute(hash)];
  return lastRoute;
}

export const useRoute = (): Route => useSyncExternalStore(subscribe, currentRoute);

export const chatAddress = (personId: number | null): string => (personId === null ? "#/chats" : `#/chats/${personId}`);

export const albumAddress = (albumId: number | null): string => (albumId === null ? "#/albums" : `#/albums/${albumId}`);

export const goTo = (address: string): void => {
  window.location.hash = address;
};
