/** React bindings of Mediadock. The look is in `mediadock/react/style.css`; without it the markup is plain. */
export { AlbumGrid } from "./AlbumGrid.js";
export { cellsOf } from "./cells.js";
export { MediadockProvider, useClient } from "./context.js";
export { DocumentCard } from "./DocumentCard.js";
export { useCells, useEvents } from "./events.js";
export { createPreview, type Look, type Preview } from "./previews.js";
export type * from "./types.js";
export { UploadProgress } from "./UploadProgress.js";
export { useDirectUpload } from "./useDirectUpload.js";
export { Waveform } from "./Waveform.js";
