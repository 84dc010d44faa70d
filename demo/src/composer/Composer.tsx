/** What to say: text, files, or a voice message. */
import { type FormEvent, type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from "react";
import { Icon } from "../app/Icon";
import { RecorderBar } from "../voice/RecorderBar";
import { useRecorder } from "../voice/useRecorder";
import { DraftFiles } from "./DraftFiles";
import { FilePicker } from "./FilePicker";
import type { Drafts } from "./useDrafts";
import "./composer.css";

const TALLEST_PX = 160;
const byTouch = window.matchMedia("(pointer: coarse)");

interface Props {
  drafts: Drafts;
  firstText: string;
  onText: (text: string) => void;
  onSendText: (text: string) => void;
  onSendFiles: (text: string, files: readonly File[]) => void;
}

export function Composer({ drafts, firstText, onText, onSendText, onSendFiles }: Props) {
  const [text, setText] = useState(firstText);
  const box = useRef<HTMLTextAreaElement>(null);
  const recorder = useRecorder();
  const refused = drafts.problems.all !== null || drafts.problems.byId.size > 0;
  const something = text.trim() !== "" || drafts.list.length > 0;

  // biome-ignore lint/correctness/useExhaustiveDependencies: the box is as tall as its text
  useLayoutEffect(() => {
    if (!box.current) return;
    box.current.style.height = "auto";
    box.current.style.height = `${Math.min(TALLEST_PX, box.current.scrollHeight)}px`;
  }, [text, recorder.stage]);

  // A phone would raise its keyboard over what one came to read.
  useEffect(() => {
    if (!byTouch.matches) box.current?.focus({ preventScroll: true });
  }, []);

  const write = (value: string) => {
    setText(value);
    onText(value);
  };
  const send = (event?: FormEvent) => {
    event?.preventDefault();
    if (!something || refused) return;
    const files = drafts.list.map(({ file }) => file);
    if (files.length) onSendFiles(text.trim(), files);
    else onSendText(text.trim());
    drafts.clear();
    write("");
    box.current?.focus();
  };
  const keyed = (event: KeyboardEvent) => {
    const sends = event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing && !byTouch.matches;
    if (sends) send(event);
  };
  const sendVoice = async () => {
    const file = await recorder.finish();
    if (file) onSendFiles("", [file]);
  };

  return (
    <form className="composer" onSubmit={send} aria-label="Write a message">
      <DraftFiles drafts={drafts} />
      {recorder.problem && (
        <p className="composer-problem" role="alert">
          {recorder.problem}
          <button className="icon-button" type="button" onClick={recorder.forgive} aria-label="Close this notice">
            <Icon name="close" />
          </button>
        </p>
      )}
      {recorder.stage === "recording" ? (
        <RecorderBar recorder={recorder} onSend={sendVoice} />
      ) : (
        <div className="composer-row">
          <FilePicker onFiles={drafts.add} />
          <textarea
            ref={box}
            rows={1}
            value={text}
            onChange={(event) => write(event.target.value)}
            onKeyDown={keyed}
            placeholder="Message"
            aria-label="Message"
            dir="auto"
          />
          {something || recorder.stage === "asking" ? (
            <button
              className="icon-button primary"
              type="submit"
              aria-label="Send"
              disabled={!something || refused || recorder.stage === "asking"}
            >
              <Icon name="send" />
            </button>
          ) : (
            <button className="icon-button" type="button" onClick={recorder.start} aria-label="Record a voice message">
              <Icon name="mic" />
            </button>
          )}
        </div>
      )}
    </form>
  );
}
