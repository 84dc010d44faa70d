/** The client that the components below are about. */
import { createContext, createElement, type ReactNode, useContext } from "react";
import type { Client } from "../index.js";

export const ClientContext = createContext<Client | null>(null);

/** One client for all components below; make it once, outside of rendering. */
export function MediadockProvider({ client, children }: { client: Client; children?: ReactNode }) {
  return createElement(ClientContext.Provider, { value: client }, children);
}

export function useClient(): Client {
  const client = useContext(ClientContext);
  if (!client) throw new Error("This must be inside <MediadockProvider client={…}>.");
  return client;
}
