/** The bytes of one file on their way to the store, in whatever mode the server chose, by one tab at a time. */
import { alone } from "./alone.js";
import { sendDirect } from "./direct.js";
import { sendInParts } from "./multipart.js";
import type { Session } from "./session.js";
import type { Route, Transfer } from "./transfer.js";

/** Resolves when all have arrived: true when another tab was sending them, so that the asset may be further than we know. */
export const sendFile = (baseUrl: string, route: Route, transfer: Transfer, session: Session): Promise<boolean> =>
  alone(baseUrl, session, route.surface, transfer, (left) =>
    left.mode === "direct" ? sendDirect(route, transfer, left) : sendInParts(route, transfer, left),
  );
