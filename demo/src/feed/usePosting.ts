/** From words and files to a post: it is made as soon as the server knows of each file, while their bytes are on their way. */
import { type Post, UploadIncomplete } from "mediadock";
import { type LocalUpload, useClient, useDirectUpload } from "mediadock/react";
import { postSurface } from "./surface";

/** Gives the post as it is at first. Nothing is left of it when it rejects. */
export function usePosting(myId: number): (content: string, files: readonly File[]) => Promise<Post> {
  const client = useClient();
  const { start, dismiss } = useDirectUpload();

  return async (content, files) => {
    const begun: LocalUpload[] = [];
    const begin = (file: File) =>
      new Promise<number>((resolve, reject) => {
        const local = start([file], { to: postSurface(client, file, resolve) });
        begun.push(local);
        local.upload.sent.catch(reject); // too late to be heard, but where nothing could be begun at all
      });
    try {
      const mediaIds: number[] = [];
      for (const file of files) mediaIds.push(await begin(file)); // in their order, which is that of their ids
      const made = await client.api.request<Pick<Post, "postId" | "status" | "media">>("POST", "/feed/submit", {
        body: { content, mediaIds },
        creates: true,
      });
      return { ...made, authorId: myId, content, createdAt: new Date().toISOString(), publishedAt: null };
    } catch (error) {
      for (const local of begun) {
        void local.cancel().catch(() => {});
        dismiss(local.id);
      }
      throw error instanceof UploadIncomplete ? error.failures[0].error : error;
    }
  };
}
