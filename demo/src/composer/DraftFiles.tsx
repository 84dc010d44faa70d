/** What is about to be sent: a picture or a name for each file, and a way to take it back. */
import { humanBytes, type Kind } from "mediadock";
import { useMemo } from "react";
import { Icon, type IconName } from "../app/Icon";
import type { Draft } from "./draft";
import type { Drafts } from "./useDrafts";

const ICONS: Record<Kind, IconName> = { image: "camera", video: "film", audio: "sound", file: "document" };

export function DraftFiles({ drafts }: { drafts: Drafts }) {
  const { list, problems, remove } = drafts;
  if (!list.length) return null;
  return (
    <div className="drafts">
      <ul className="drafts-list" aria-label="Files to send">
        {list.map((draft) => (
          <li
            key={draft.id}
            className="draft"
            data-kind={draft.kind}
            data-problem={problems.byId.has(draft.id)}
            title={draft.file.name}
          >
            <Preview draft={draft} />
            <span className="draft-facts">
              <span className="draft-name">{draft.file.name}</span>
              <span className="draft-size">{humanBytes(draft.file.size)}</span>
            </span>
            <button
              className="draft-remove"
              type="button"
              onClick={() => remove(draft.id)}
              aria-label={`Remove ${draft.file.name}`}
            >
              <Icon name="close" />
            </button>
          </li>
        ))}
      </ul>
      <div role="alert" className="drafts-problems">
        {problems.all && <p>{problems.all}</p>}
        {[...problems.byId.entries()].map(([id, sentence]) => (
          <p key={id}>{sentence}</p>
        ))}
      </div>
    </div>
  );
}

/** A film that is gone from the page would go on loading. */
const loading = (src: string) => (film: HTMLVideoElement) => {
  film.src = src;
  return () => {
    film.removeAttribute("src");
    film.load();
  };
};

function Preview({ draft: { kind, previewUrl } }: { draft: Draft }) {
  const start = useMemo(() => loading(`${previewUrl}#t=0.1`), [previewUrl]);
  if (previewUrl && kind === "image") return <img className="draft-preview" src={previewUrl} alt="" decoding="async" />;
  if (previewUrl && kind === "video")
    return (
      <span className="draft-film">
        <video ref={start} className="draft-preview" muted playsInline preload="auto" tabIndex={-1} />
        <Icon name="play" />
      </span>
    );
  return (
    <span className="draft-preview draft-icon">
      <Icon name={ICONS[kind]} />
    </span>
  );
}
