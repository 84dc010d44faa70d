/** The kinds of files, by the name's extension: the same table as the server's `core/filetypes.py`. */
import type { Kind } from "../api/values.js";

const EXTENSIONS: Record<Kind, string> = {
  image: "jpg jpeg jpe jfif png apng webp avif heic heif gif tif tiff",
  video: "mp4 m4v mov qt webm mkv avi 3gp 3g2 ts m2ts mts mpg mpeg ogv",
  audio: "mp3 m4a aac ogg oga opus weba flac wav aiff aif amr 3ga",
  file:
    "pdf txt text log csv md markdown json rtf doc xls ppt docx xlsx pptx odt ods odp epub zip 7z tar gz tgz " +
    "bmp psd ico jp2 jpx jxl",
};

/** The kind that a name's extension promises. */
export function kindOfName(name: string): Kind | undefined {
  const extension = /\.([^. ]+) *$/.exec(name)?.[1]?.toLowerCase();
  if (!extension) return undefined;
  return (Object.keys(EXTENSIONS) as Kind[]).find((kind) => EXTENSIONS[kind].split(" ").includes(extension));
}

export interface FileType {
  /** Empty: the server takes it from the name. */
  contentType: string;
  kind: Kind;
}

/**
 * What is declared of a file; undefined when neither its name nor its type is accepted. The name decides, since browsers know few
 * types. What the browser says counts where it is one of the accepted `types` and the name says nothing, or the same kind, or only
 * names another container of sound or film (a recorded `voice.webm` is `audio/webm`).
 */
export function typeOfFile(file: { name: string; type: string }, types: readonly string[]): FileType | undefined {
  const named = kindOfName(file.name);
  const said = file.type.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  if (said && types.includes(said)) {
    const kind = /^(image|video|audio)\//.exec(said)?.[1] as Kind | undefined;
    const timed = /video|audio/;
    if (!named || kind === named || (timed.test(named) && timed.test(said)))
      return { contentType: said, kind: kind ?? named ?? "file" };
  }
  return named && { contentType: "", kind: named };
}
