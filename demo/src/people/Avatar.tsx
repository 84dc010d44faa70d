/** A person's picture; their initial on a colour of their own while they have none. */
import type { CSSProperties } from "react";

interface Props {
  id: number;
  username: string;
  avatar?: Record<string, string> | null;
}

export function Avatar({ id, username, avatar }: Props) {
  const src = avatar?.["96"];
  if (src) return <img className="avatar" src={src} alt="" width="46" height="46" />;
  const hue = (id * 137.5 + 20) % 360; // the golden angle keeps neighbours apart
  return (
    <span className="avatar" aria-hidden="true" style={{ "--hue": hue } as CSSProperties}>
      {[...username][0]?.toUpperCase()}
    </span>
  );
}
