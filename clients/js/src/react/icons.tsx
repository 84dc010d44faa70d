/** Small drawings; they say nothing by themselves, so screen readers skip them. */
const PATHS = {
  cancel: "M6 6l12 12M18 6L6 18",
  retry: "M20 12a8 8 0 1 1-2.5-5.8M20 3v5h-5",
  remove: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  clock: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7v5l3.5 2",
  failed: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7.5v5.5M12 16.2v.3",
  incoming: "M12 4v11M7 11l5 5 5-5M5 20h14",
  pause: "M9 6v12M15 6v12",
  document: "M7 3h7l5 5v13H7zM14 3v5h5",
};

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg
      className="md-icon"
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="2"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      data-icon={name}
    >
      <path d={PATHS[name]} />
    </svg>
  );
}

export function PlayIcon() {
  return (
    <svg className="md-icon" viewBox="0 0 24 24" fill="currentColor" aria-hidden="true" data-icon="play">
      <path d="M8 5.5v13l11-6.5z" />
    </svg>
  );
}

const RADIUS = 20;
const LENGTH = 2 * Math.PI * RADIUS;

/** A ring that fills with the percentage. */
export function Ring({ percent, label }: { percent: number; label: string }) {
  return (
    <svg
      className="md-ring"
      viewBox="0 0 48 48"
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
    >
      <circle className="md-ring-track" cx="24" cy="24" r={RADIUS} />
      <circle
        className="md-ring-value"
        cx="24"
        cy="24"
        r={RADIUS}
        strokeDasharray={LENGTH}
        strokeDashoffset={LENGTH * (1 - percent / 100)}
        transform="rotate(-90 24 24)"
      />
    </svg>
  );
}
