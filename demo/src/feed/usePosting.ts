/** From words and files to a post: it is made as soon as the server knows of each file, while their bytes are on their way. */
import type { Post } from "mediadock";
import { useClient, useDirectUpload } from "mediadock/react";
import { postSurface } from "./surface";

/** Gives the post as it is at first. Nothing is left of it when it rejects. */
export function usePosting(myId: number): (content: string, files: readonly File[]) => Promise<Post> {
  const client = useClient();
  const { start, dismiss } = useDirectUpload();

  return async (content, files) => {
    const begun = files.map((file) => {
      let onBegun = (_mediaId: number) => {};
      const known = new Promise<number>((resolve) => {
        onBegun = resolve;
      });
      const local = start([file], { to: postSurface(client, file, (mediaId) => onBegun(mediaId)) });
      // `sent` rejects where nothing could be begun at all.
      return { local, mediaId: Promise.race([known, local.upload.sent.then(({ assetIds }) => assetIds[0] ?? 0)]) };
    });
    try {
      const mediaIds = await Promise.all(begun.map(({ mediaId }) => mediaId));
      const body = { content, mediaIds };
      const made = await client.api.request<Pick<Post, "postId" | "status" | "media">>("POST", "/feed/submit", {
        body,
        creates: true,
      });
      return { ...made, authorId: myId, content, createdAt: new Date().toISOString(), publishedAt: null };
    } catch (error) {
      for (const { local } of begun) {
        void local.cancel().catch(() => {});
        dismiss(local.id);
      }
      throw reasonOf(error);
    }
  };
}

/** Of several files that did not make it, the first says why. */
function reasonOf(error: unknown): unknown {
  const { failures } = error as { failures?: readonly { error: Error }[] };
  return failures?.[0]?.error ?? error;
}
