/** How far a message of one's own has come: a clock, one tick (sent: all of it is there), two ticks (seen). */
export type Tick = "sending" | "sent" | "seen" | "failed";

const WORDS: Record<Tick, string> = { sending: "On its way", sent: "Sent", seen: "Seen", failed: "Not sent" };
const PATHS: Record<Tick, string> = {
  sending: "M9 4.5v4l2.6 1.5M9 14.5a6 6 0 1 0 0-12 6 6 0 0 0 0 12Z",
  sent: "M4 9.2 7.3 12.5 14 5",
  seen: "M1.5 9.2 4.8 12.5 11.5 5M8 12.1l.4.4L15.5 5",
  failed: "M9 5.5v4m0 2.6v.1M9 15a6.2 6.2 0 1 0 0-12.4A6.2 6.2 0 0 0 9 15Z",
};

export function tickOf(status: string, seenAt: string | null): Tick {
  if (status !== "sent") return "sending";
  return seenAt ? "seen" : "sent";
}

export function Ticks({ tick }: { tick: Tick }) {
  return (
    <span className="ticks" data-tick={tick} role="img" aria-label={WORDS[tick]} title={WORDS[tick]}>
      <svg viewBox="0 0 18 17" aria-hidden="true" focusable="false">
        <path
          d={PATHS[tick]}
          fill="none"
          stroke="currentColor"
          strokeWidth="1.6"
          strokeLinecap="round"
          strokeLinejoin="round"
        />
      </svg>
    </span>
  );
}
