/** Uploads of the media service: what kind a file is decides its media type, and that its limits. */
import { type Client, findProblems, type Kind, kindOfName, type MediaSession, type Surface } from "mediadock";
import type { FindProblems } from "../composer/useProblems";
import { declaredMedium, mediaSurface } from "../media/surface";

const MOST_MEDIA = 50;

interface NamedFile {
  name: string;
  type: string;
}

const mediaTypeOf = ({ name, type }: NamedFile): string => {
  const said = /^(image|video|audio)\//.exec(type)?.[1] as Kind | undefined;
  return `post-${kindOfName(name) ?? said ?? "file"}`;
};

/** `onBegun` hears the id under which the file can be posted, before its bytes are sent. */
export function postSurface(client: Client, file: File, onBegun: (mediaId: number) => void): Surface {
  const mediaType = mediaTypeOf(file);
  return mediaSurface(client, {
    profile: mediaType,
    begin: async (declared, signal) => {
      const body = declaredMedium(declared, mediaType);
      const session = await client.api.request<MediaSession>("POST", "/media/upload-session", {
        body,
        creates: true,
        signal,
      });
      onBegun(session.mediaId);
      return session;
    },
  });
}

export const findPostProblems: FindProblems = (files, { profiles }) => {
  if (files.length > MOST_MEDIA)
    return [{ field: "mediaIds", code: "too_many", message: `A post takes up to ${MOST_MEDIA} files.` }];
  return files.flatMap((file, index) => {
    const field = `attachments.${index}.file_name`;
    const limits = profiles[mediaTypeOf(file)];
    if (limits) return findProblems([file], limits).map((problem) => ({ ...problem, field }));
    const message = `“${file.name}” cannot be posted: pictures, films and sounds can.`;
    return [{ field, code: "type_not_allowed", message }];
  });
};
