/** Two ways to choose: any files, and on a phone its camera. */
import { type ChangeEvent, useRef } from "react";
import { Icon } from "../app/Icon";

interface Props {
  onFiles: (files: Iterable<File>) => void;
}

export function FilePicker({ onFiles }: Props) {
  const any = useRef<HTMLInputElement>(null);
  const camera = useRef<HTMLInputElement>(null);
  const chosen = ({ target }: ChangeEvent<HTMLInputElement>) => {
    onFiles([...(target.files ?? [])]);
    target.value = ""; // so that the same file can be chosen again
  };
  return (
    <>
      <input ref={any} type="file" multiple hidden onChange={chosen} data-picker="files" />
      <input ref={camera} type="file" accept="image/*,video/*" capture="environment" hidden onChange={chosen} />
      <button className="icon-button" type="button" onClick={() => any.current?.click()} aria-label="Attach files">
        <Icon name="attach" />
      </button>
      <button
        className="icon-button on-phone"
        type="button"
        onClick={() => camera.current?.click()}
        aria-label="Take a photo"
      >
        <Icon name="camera" />
      </button>
    </>
  );
}
