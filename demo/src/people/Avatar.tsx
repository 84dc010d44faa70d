/** A person's picture; their initial on a colour of their own while they have none, or while it cannot be had. */
import { type CSSProperties, useState } from "react";

interface Props {
  id: number;
  username: string;
  avatar?: Record<string, string> | null;
}

export function Avatar({ id, username, avatar }: Props) {
  const src = avatar?.["96"];
  const [broken, setBroken] = useState<string>();
  if (src && src !== broken)
    return <img className="avatar" src={src} alt="" width="46" height="46" onError={() => setBroken(src)} />;
  const hue = (id * 137.5 + 20) % 360; // the golden angle keeps neighbours apart
  return (
    <span className="avatar" aria-hidden="true" style={{ "--hue": hue } as CSSProperties}>
      {[...username][0]?.toUpperCase()}
    </span>
  );
}
