/** What to say about the line, from the event stream and from what the browser knows. */
import type { StreamStatus } from "mediadock";
import { useEffect, useRef, useState, useSyncExternalStore } from "react";

export type Tone = "quiet" | "lost" | "back";

export interface Connection {
  tone: Tone;
  sentence: string;
}

const GRACE_MS = 900; // a socket that is back so soon is worth no words
const BACK_MS = 3000;

const watch = (tell: () => void) => {
  window.addEventListener("online", tell);
  window.addEventListener("offline", tell);
  return () => {
    window.removeEventListener("online", tell);
    window.removeEventListener("offline", tell);
  };
};

export function useConnection(status: StreamStatus, reason: string | null): Connection {
  const online = useSyncExternalStore(watch, () => navigator.onLine);
  const wasOpen = useRef(false);
  if (status === "open" || status === "polling") wasOpen.current = true;
  const cut = online
    ? sentenceFor(status, reason, wasOpen.current)
    : "You are offline. What you send goes on when you are back.";
  const [shown, setShown] = useState<Connection>({ tone: "quiet", sentence: "" });
  const wasLost = useRef(false);

  useEffect(() => {
    if (cut) {
      const timer = setTimeout(
        () => {
          wasLost.current = wasOpen.current;
          setShown({ tone: "lost", sentence: cut });
        },
        online ? GRACE_MS : 0,
      );
      return () => clearTimeout(timer);
    }
    if (!wasLost.current) return setShown({ tone: "quiet", sentence: "" });
    wasLost.current = false;
    setShown({ tone: "back", sentence: "Connected again." });
    const timer = setTimeout(() => setShown({ tone: "quiet", sentence: "" }), BACK_MS);
    return () => clearTimeout(timer);
  }, [cut, online]);

  return shown;
}

function sentenceFor(status: StreamStatus, reason: string | null, wasOpen: boolean): string {
  if (status === "connecting") return wasOpen ? "Connection lost. Trying again…" : "Connecting…";
  if (status === "stopped") return `No live updates: ${reason ?? "the server ended them"}`;
  return ""; // polling is slower, and complete
}
