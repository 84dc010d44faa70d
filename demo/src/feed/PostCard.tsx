/** One post: who, when, words, media; of one's own also how far it is, and a way to take it back. */
import type { Post, User } from "mediadock";
import { AlbumGrid, type Cell, type CellActions } from "mediadock/react";
import { useState } from "react";
import { Icon } from "../app/Icon";
import { clockTime, dayName } from "../message/moments";
import { Avatar } from "../people/Avatar";

interface Props {
  post: Post;
  author: User;
  mine: boolean;
  cells: readonly Cell[];
  actions: CellActions;
  onDelete: () => Promise<unknown>;
}

export function PostCard({ post, author, mine, cells, actions, onDelete }: Props) {
  const [busy, setBusy] = useState(false);
  const { postId, status, content, createdAt } = post;
  const remove = async () => {
    setBusy(true);
    await onDelete();
    setBusy(false);
  };
  return (
    <article className="post" data-post-id={postId} data-status={status} aria-label={`Post of ${author.username}`}>
      <header>
        <Avatar {...author} />
        <p>
          <span className="post-author">{author.username}</span>
          {status === "publishing" ? (
            <span className="post-status" role="status">
              <Icon name="clock" />
              {cells.some(({ stage }) => stage === "failed") ? "Held back" : "Publishing…"}
            </span>
          ) : (
            <time dateTime={createdAt}>{`${dayName(createdAt)}, ${clockTime(createdAt)}`}</time>
          )}
        </p>
        {mine && (
          <button className="icon-button" type="button" onClick={remove} disabled={busy} aria-label="Delete this post">
            <Icon name="trash" />
          </button>
        )}
      </header>
      {content && (
        <p className="post-text" dir="auto">
          {content}
        </p>
      )}
      {cells.length > 0 && <AlbumGrid cells={cells} {...(mine && { incoming: "Not finished" })} {...actions} />}
    </article>
  );
}
