/** One line from 0 to ready, how fast it goes, and how to stop it. */
import { Icon, type IconName, PlayIcon } from "./icons.js";
import type { UploadProgressProps } from "./types.js";
import { progressState, progressWords } from "./words.js";

export function UploadProgress({
  progress,
  label = "Upload",
  onPause,
  onResume,
  onCancel,
  className,
}: UploadProgressProps) {
  const { fraction, paused } = progress;
  const percent = Math.floor(100 * fraction);
  const words = progressWords(progress);
  const state = progressState(progress);
  const sends = state === "sending" || state === "paused" || state === "offline";
  return (
    <div className={`md-progress${className ? ` ${className}` : ""}`} data-state={state}>
      <div
        className="md-line"
        role="progressbar"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent}
        aria-valuetext={`${percent} %, ${words}`}
      >
        <span className="md-line-done" style={{ width: `${100 * fraction}%` }} />
      </div>
      <span className="md-progress-words">
        <span className="md-percent">{`${percent} %`}</span> {words}
      </span>
      <span className="md-actions">
        {sends && !paused && onPause ? <Control icon="pause" name="Pause" label={label} onPress={onPause} /> : null}
        {sends && paused && onResume ? <Control name="Resume" label={label} onPress={onResume} /> : null}
        {sends && onCancel ? <Control icon="cancel" name="Cancel" label={label} onPress={onCancel} /> : null}
      </span>
    </div>
  );
}

interface ControlProps {
  icon?: IconName;
  name: string;
  label: string;
  onPress: () => unknown;
}

function Control({ icon, name, label, onPress }: ControlProps) {
  return (
    <button type="button" className="md-button" aria-label={`${name} ${label}`} onClick={() => void onPress()}>
      {icon ? <Icon name={icon} /> : <PlayIcon />}
      <span className="md-word">{name}</span>
    </button>
  );
}
