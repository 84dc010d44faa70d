/** Offers to go on with what was cut off. Pages cannot keep files, so they have to be picked again. */
import { humanBytes, type State } from "mediadock";
import type { DirectUpload } from "mediadock/react";
import { useRef, useState } from "react";
import { Icon } from "../app/Icon";
import { useUnfinished } from "./useUnfinished";
import "./unfinished.css";

interface Props {
  state: State;
  resume: DirectUpload["resume"];
}

export function UnfinishedBanner({ state, resume }: Props) {
  const { list, problem, goOn, discard } = useUnfinished(state, resume);
  const [later, setLater] = useState(false);
  const picker = useRef<HTMLInputElement>(null);
  const count = list.length;
  if ((!count && !problem) || later) return null;
  const sentence =
    count === 1
      ? "One file was cut off on its way. Pick it again to go on."
      : `${count} files were cut off on their way. Pick them again to go on.`;
  return (
    <section className="unfinished" aria-label="Unfinished uploads">
      <div className="unfinished-row">
        <p>{count > 0 && sentence}</p>
        {count > 0 && (
          <button className="button" type="button" onClick={() => picker.current?.click()}>
            Continue {count} unfinished {count === 1 ? "upload" : "uploads"}
          </button>
        )}
        <button className="icon-button" type="button" onClick={() => setLater(true)} aria-label="Not now">
          <Icon name="close" />
        </button>
      </div>
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        data-picker="unfinished"
        onChange={({ target }) => {
          goOn([...(target.files ?? [])]);
          target.value = "";
        }}
      />
      {problem && (
        <p className="unfinished-problem" role="alert">
          {problem}
        </p>
      )}
      {count > 0 && (
        <ul>
          {list.map((upload) => (
            <li key={upload.asset_id}>
              <span className="unfinished-name">{upload.file_name}</span>
              <span>{humanBytes(upload.size)}</span>
              <button
                className="button quiet"
                type="button"
                onClick={() => discard([upload])}
                aria-label={`Discard ${upload.file_name}`}
              >
                Discard
              </button>
            </li>
          ))}
        </ul>
      )}
      {count > 1 && (
        <button className="button quiet" type="button" onClick={() => discard(list)}>
          Discard all
        </button>
      )}
    </section>
  );
}
