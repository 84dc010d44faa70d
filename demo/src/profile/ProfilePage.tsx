/** Oneself: the picture that others see, the colours of the pages, the way out. */
import type { State } from "mediadock";
import { type Cell, cellsOf, useClient, useDirectUpload } from "mediadock/react";
import { type ChangeEvent, useRef, useState } from "react";
import { Icon } from "../app/Icon";
import { Problem } from "../app/Problem";
import { useTheme } from "../app/theme";
import { Avatar } from "../people/Avatar";
import type { Me } from "../session/useSession";
import { avatarSurface } from "./surface";
import "./profile.css";

interface Props {
  me: Me;
  state: State;
  onSignOut: () => void;
}

export function ProfilePage({ me, state, onSignOut }: Props) {
  const client = useClient();
  const [theme, toggleTheme] = useTheme();
  const { start, uploads, remove, dismiss } = useDirectUpload({ to: avatarSurface(client) });
  const picker = useRef<HTMLInputElement>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const latest = uploads.at(-1);
  const [cell] = latest ? cellsOf({ state, upload: latest, messageId: null }) : [];

  const saying = (work: Promise<unknown>) => {
    setProblem(null);
    return work.catch((error: Error) => setProblem(error.message));
  };
  const chosen = ({ target }: ChangeEvent<HTMLInputElement>) => {
    const file = target.files?.[0];
    target.value = ""; // so that the same file can be chosen again
    if (!file) return;
    setProblem(null);
    if (cell?.stage === "failed") void saying(remove(cell));
    dismiss(); // those that have ended
    start([file]);
  };
  const without = () => {
    dismiss();
    void saying(client.api.request<void>("DELETE", "/users/me/avatar"));
  };
  const other = theme === "dark" ? "light" : "dark";

  return (
    <main className="page">
      <div className="page-inside narrow">
        <header className="page-header">
          <h1>Profile</h1>
        </header>
        <section className="card profile" aria-label="Your picture">
          <Portrait me={me} />
          <div className="profile-facts">
            <h2 dir="auto">{me.username}</h2>
            <p className="page-note" role="status">
              {wordsOf(cell) ?? (me.avatar ? "This is what others see." : "Others see your initial.")}
            </p>
            {cell?.stage === "failed" && <Problem sentence={cell.error?.reason ?? "The picture could not be used."} />}
            {problem && <Problem sentence={problem} />}
            <div className="profile-actions">
              <input ref={picker} type="file" accept="image/*" hidden onChange={chosen} />
              <button className="button" type="button" onClick={() => picker.current?.click()}>
                <Icon name="camera" />
                {me.avatar ? "Replace" : "Choose a picture"}
              </button>
              {me.avatar && (
                <button className="button danger" type="button" onClick={without}>
                  Remove
                </button>
              )}
            </div>
          </div>
        </section>
        <section className="card settings" aria-label="Settings">
          <button className="button quiet" type="button" onClick={toggleTheme}>
            <Icon name={theme === "dark" ? "sun" : "moon"} />
            Use {other} colours
          </button>
          <button className="button quiet" type="button" onClick={onSignOut}>
            <Icon name="leave" />
            Sign out
          </button>
        </section>
      </div>
    </main>
  );
}

/** As a square, and round as it is in lists. */
function Portrait({ me }: { me: Me }) {
  const square = me.avatar?.["480"] ?? me.avatar?.["240"];
  return (
    <div className="portrait">
      <div className="portrait-square">
        {square ? <img src={square} alt="You, as a square" width="480" height="480" /> : <Icon name="person" />}
      </div>
      <Avatar {...me} />
    </div>
  );
}

function wordsOf(cell: Cell | undefined): string | null {
  if (cell?.stage === "uploading") return `Uploading, ${cell.percent} %`;
  if (cell?.stage === "processing" || cell?.stage === "thumbnail_ready") return "Processing…";
  if (cell?.stage === "failed") return "Not changed.";
  return null;
}
