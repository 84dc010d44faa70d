/** Says when the line is cut, and when it is back. The element is always there: a screen reader hears only what changes in it. */
import type { StreamStatus } from "mediadock";
import { useConnection } from "./useConnection";
import "./connection.css";

export function ConnectionBanner({ status, reason }: { status: StreamStatus; reason: string | null }) {
  const { tone, sentence } = useConnection(status, reason);
  return (
    <div className="connection" role="status" data-tone={tone} data-stream={status}>
      {sentence && (
        <p>
          {tone === "lost" && <span className="connection-dot" aria-hidden="true" />}
          {sentence}
        </p>
      )}
    </div>
  );
}
