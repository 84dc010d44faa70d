/** A message that never got to the server: why, and the two ways out. */
import { Icon } from "../app/Icon";

interface Props {
  reason: string;
  onRetry: () => void;
  onDiscard: () => void;
}

export function NotSent({ reason, onRetry, onDiscard }: Props) {
  return (
    <div className="not-sent" role="alert">
      <Icon name="alert" />
      <p>Not sent. {reason}</p>
      <div>
        <button className="button quiet" type="button" onClick={onRetry}>
          Try again
        </button>
        <button className="button quiet" type="button" onClick={onDiscard}>
          Discard
        </button>
      </div>
    </div>
  );
}
