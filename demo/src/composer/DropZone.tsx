/** Everything below the header takes files that are dragged over it, or pasted. */
import { type ClipboardEvent, type DragEvent, type ReactNode, useRef, useState } from "react";
import { Icon } from "../app/Icon";

interface Props {
  onFiles: (files: Iterable<File>) => void;
  children: ReactNode;
}

const hasFiles = (event: DragEvent) => event.dataTransfer.types.includes("Files");

export function DropZone({ onFiles, children }: Props) {
  const [over, setOver] = useState(false);
  const depth = useRef(0); // a drag enters and leaves every element that it crosses

  const move = (by: number) => (event: DragEvent) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    depth.current += by;
    setOver(depth.current > 0);
  };
  const drop = (event: DragEvent) => {
    depth.current = 0;
    setOver(false);
    if (!hasFiles(event)) return;
    event.preventDefault();
    onFiles(event.dataTransfer.files);
  };
  const paste = (event: ClipboardEvent) => {
    if (!event.clipboardData.files.length) return;
    event.preventDefault();
    onFiles(event.clipboardData.files);
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping and pasting have "Attach files" as their equal by keyboard
    <div
      className="drop-zone"
      onDragEnter={move(1)}
      onDragOver={(event) => hasFiles(event) && event.preventDefault()}
      onDragLeave={move(-1)}
      onDrop={drop}
      onPaste={paste}
    >
      {children}
      {over && (
        <div className="drop-here" aria-hidden="true">
          <Icon name="upload" />
          Drop to attach
        </div>
      )}
    </div>
  );
}
