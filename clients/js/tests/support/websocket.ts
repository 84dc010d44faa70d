/** The server's side of a WebSocket (RFC 6455), as much of it as the tests need: text frames out, a close in either direction. */
import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";

export interface Talk {
  after: number;
  ticket: string | null;
  send: (frame: unknown) => void;
  close: (code: number) => void;
  /** Breaks the connection without a word. */
  cut: () => void;
}

/** What the server does with each socket; undefined: it takes none. */
export type SocketScript = (talk: Talk) => void;

export function acceptSocket(request: IncomingMessage, socket: Duplex, script: SocketScript | undefined): void {
  socket.on("error", () => {});
  if (!script) return void socket.destroy();
  const key = `${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
  const accept = createHash("sha1").update(key).digest("base64");
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  socket.on("data", (bytes: Buffer) => {
    if ((bytes[0] ?? 0) % 16 === 8) socket.end(frame(8, Buffer.from([0x03, 0xe8])));
  });
  const query = new URL(request.url ?? "", "http://x").searchParams;
  script({
    after: Number(query.get("after")),
    ticket: query.get("ticket"),
    send: (value) => void (socket.writable && socket.write(frame(1, Buffer.from(JSON.stringify(value))))),
    close: (code) => void (socket.writable && socket.end(frame(8, Buffer.from([code >> 8, code & 255])))),
    cut: () => void socket.destroy(),
  });
}

function frame(opcode: number, body: Buffer): Buffer {
  const head = Buffer.alloc(body.length < 126 ? 2 : 4);
  head[0] = 0x80 | opcode;
  head[1] = Math.min(body.length, 126);
  if (body.length >= 126) head.writeUInt16BE(body.length, 2);
  return Buffer.concat([head, body]);
}
