/** What people show to everybody. */
import type { Post, State } from "mediadock";
import { type CellActions, useClient, useDirectUpload } from "mediadock/react";
import { useMemo, useState } from "react";
import { Icon } from "../app/Icon";
import { Problem } from "../app/Problem";
import { DropZone } from "../composer/DropZone";
import { useDrafts } from "../composer/useDrafts";
import { freshen } from "../conversation/freshen";
import { Lightbox } from "../lightbox/Lightbox";
import { shownAmong } from "../lightbox/shown";
import { cellsIn } from "../media/cells";
import type { People } from "../people/usePeople";
import type { Me } from "../session/useSession";
import { PostCard } from "./PostCard";
import { PostComposer } from "./PostComposer";
import { findPostProblems } from "./surface";
import { useFeed } from "./useFeed";
import "./feed.css";

interface Props {
  me: Me;
  people: People;
  state: State;
}

interface Looking {
  postId: number;
  assetId: number;
}

export function FeedPage({ me, people, state }: Props) {
  const client = useClient();
  const feed = useFeed();
  const drafts = useDrafts(findPostProblems);
  const { uploads, retry, remove, cancel } = useDirectUpload();
  const [problem, setProblem] = useState<string | null>(null);
  const [looking, setLooking] = useState<Looking | null>(null);
  const { posts } = feed;

  const shown = useMemo(
    () =>
      posts.map((post) => ({
        post,
        cells: cellsIn(
          state,
          uploads,
          post.media.map(({ mediaId }) => mediaId),
        ),
      })),
    [posts, state, uploads],
  );
  const lookedAt = useMemo(
    () => shownAmong(shown.find(({ post }) => post.postId === looking?.postId)?.cells ?? []),
    [shown, looking],
  );

  const saying = (work: Promise<unknown>) => {
    setProblem(null);
    return work.catch((error: Error) => setProblem(error.message));
  };
  const actionsOf = ({ postId, authorId }: Post): CellActions => ({
    onOpen: ({ asset }) => asset && setLooking({ postId, assetId: asset.asset_id }),
    onStale: ({ asset }) => asset && void freshen(client, asset.asset_id),
    ...(authorId === me.id && {
      onRetry: (cell) => saying(retry(cell)),
      onRemove: (cell) => saying(remove(cell)),
      onCancel: (cell) => saying(cancel(cell)),
    }),
  });

  return (
    <main className="page">
      <DropZone onFiles={drafts.add}>
        <div className="page-inside narrow">
          <header className="page-header">
            <h1>Feed</h1>
            <button
              className="icon-button"
              type="button"
              onClick={feed.refresh}
              aria-disabled={feed.loading}
              aria-label="Look for new posts"
            >
              <Icon name="retry" />
            </button>
          </header>
          <PostComposer myId={me.id} drafts={drafts} onPosted={feed.add} />
          {problem && <Problem sentence={problem} />}
          {feed.problem && <Problem sentence={feed.problem} onTryAgain={feed.refresh} />}
          {shown.map(({ post, cells }) => (
            <PostCard
              key={post.postId}
              post={post}
              author={post.authorId === me.id ? { avatar: null, ...me } : people.byId(post.authorId)}
              mine={post.authorId === me.id}
              cells={cells}
              actions={actionsOf(post)}
              onDelete={() => saying(feed.remove(post.postId))}
            />
          ))}
          {feed.more && (
            <button className="button quiet" type="button" onClick={feed.loadOlder}>
              Show older posts
            </button>
          )}
          {feed.loaded && posts.length === 0 && (
            <div className="nothing-yet">
              <Icon name="feed" />
              <p>Nobody has posted anything yet.</p>
            </div>
          )}
        </div>
      </DropZone>
      {looking && (
        <Lightbox
          assets={lookedAt}
          assetId={looking.assetId}
          onMove={(assetId) => setLooking({ ...looking, assetId })}
          onClose={() => setLooking(null)}
          myId={me.id}
        />
      )}
    </main>
  );
}
