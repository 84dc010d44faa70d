/** One WebSocket from its ticket to its end. */
import { getConfig, getTicket } from "../api/calls.js";
import type { Api } from "../api/http.js";
import type { EventFrame } from "../api/values.js";
import { onAbort } from "../network/listeners.js";

const SILENT_AFTER_S = 60; // the server pings after 25 idle seconds: after twice that nobody is there

/** The server's word for too many sockets of one user (`docs/realtime.md`). */
export const TOO_MANY = 4429;

/** A bad request, a wrong origin, too many frames or too big ones from here. */
const FINAL = [4400, 4403, 1008, 1009];

/** Codes after which another socket would end the same way. */
export const isFinal = (code: number): boolean => FINAL.includes(code);

export interface SocketTalk {
  onOpen: () => void;
  onFrame: (frame: EventFrame) => void;
}

/** Resolves with the close code when the socket has ended; 0 when there is no WebSocket here at all. Tickets serve once. */
export async function talk(
  api: Api,
  after: number,
  { onOpen, onFrame }: SocketTalk,
  signal: AbortSignal,
): Promise<number> {
  if (typeof WebSocket === "undefined") return 0;
  const [{ ws_url }, { ticket }] = await Promise.all([getConfig(api), getTicket(api, signal)]);
  const socket = new WebSocket(`${ws_url}?${new URLSearchParams({ after: String(after), ticket })}`);
  return new Promise((resolve) => {
    let silence: ReturnType<typeof setTimeout>;
    let forget = () => {};
    const end = (code: number) => {
      clearTimeout(silence);
      forget();
      socket.onopen = socket.onmessage = socket.onclose = socket.onerror = null;
      socket.close();
      resolve(code);
    };
    const heard = () => {
      clearTimeout(silence);
      silence = setTimeout(() => end(1006), SILENT_AFTER_S * 1000);
    };
    socket.onopen = onOpen;
    socket.onmessage = ({ data }) => {
      heard();
      const frame = parsed(data);
      if (frame) onFrame(frame);
    };
    socket.onclose = ({ code }) => end(code);
    socket.onerror = () => end(1006); // Node 20 leaves it at that
    heard();
    forget = onAbort(signal, () => end(1000));
  });
}

function parsed(data: unknown): EventFrame | undefined {
  try {
    const frame = JSON.parse(String(data));
    return typeof frame?.type === "string" && typeof frame.data === "object" ? frame : undefined;
  } catch {
    return undefined;
  }
}
