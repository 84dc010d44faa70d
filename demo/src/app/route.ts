/** Where one is: the hash of the address, so that Back works and a page can be linked to. */
import { useSyncExternalStore } from "react";

export type Route = { page: "chats"; personId: number | null };

const subscribe = (tell: () => void) => {
  window.addEventListener("hashchange", tell);
  return () => window.removeEventListener("hashchange", tell);
};

export function parseRoute(hash: string): Route {
  const [, personId] = /^#\/chats\/(\d+)$/.exec(hash) ?? [];
  return { page: "chats", personId: personId ? Number(personId) : null };
}

export const useRoute = (): Route => parseRoute(useSyncExternalStore(subscribe, () => window.location.hash));

export const chatAddress = (personId: number | null): string => (personId === null ? "#/chats" : `#/chats/${personId}`);

export const goTo = (address: string): void => {
  window.location.hash = address;
};
