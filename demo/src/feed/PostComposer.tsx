/** What to tell everybody: words, pictures, films, sounds. */
import type { Post } from "mediadock";
import { type FormEvent, useState } from "react";
import { DraftFiles } from "../composer/DraftFiles";
import { FilePicker } from "../composer/FilePicker";
import type { Drafts } from "../composer/useDrafts";
import { usePosting } from "./usePosting";

interface Props {
  myId: number;
  drafts: Drafts;
  onPosted: (post: Post) => void;
}

const LONGEST = 10_000;

export function PostComposer({ myId, drafts, onPosted }: Props) {
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const publish = usePosting(myId);
  const refused = drafts.problems.all !== null || drafts.problems.byId.size > 0;
  const something = text.trim() !== "" || drafts.list.length > 0;

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!something || refused || busy) return;
    setBusy(true);
    setProblem(null);
    try {
      onPosted(
        await publish(
          text.trim(),
          drafts.list.map(({ file }) => file),
        ),
      );
      setText("");
      drafts.clear();
    } catch (error) {
      setProblem((error as Error).message);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form className="post-composer" onSubmit={submit} aria-label="Write a post">
      <textarea
        rows={2}
        maxLength={LONGEST}
        value={text}
        onChange={(event) => setText(event.target.value)}
        placeholder="What is there to see?"
        aria-label="Words of the post"
        dir="auto"
      />
      <DraftFiles drafts={drafts} />
      {problem && (
        <p className="page-problem" role="alert">
          {problem}
        </p>
      )}
      <div className="post-composer-foot">
        <FilePicker onFiles={drafts.add} />
        <button className="button" type="submit" disabled={!something || refused || busy}>
          {busy ? "Posting…" : "Post"}
        </button>
      </div>
    </form>
  );
}
