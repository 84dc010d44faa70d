/** Rendered on a server, where there is no window. */
import { renderToString } from "react-dom/server";
import { expect, test } from "vitest";
import { createClient } from "../../src/index.js";
import * as mediadock from "../../src/react/index.js";
import { cellsFor, readyPicture } from "./support.js";

const { AlbumGrid, MediadockProvider, UploadProgress, useCells, useDirectUpload, useEvents, Waveform } = mediadock;

function Page() {
  const { state, status } = useEvents();
  const { uploads } = useDirectUpload({ to: 7 });
  const cells = useCells({ messageId: 7 });
  return <p>{`${status} ${state.seq} ${uploads.length} ${cells.length}`}</p>;
}

test("everything can be drawn without a window", () => {
  expect(typeof window).toBe("undefined");
  const progress = { files: [], messageId: null, sizeBytes: 0, sentBytes: 0, fraction: 0 };
  const html = renderToString(
    <MediadockProvider client={createClient()}>
      <Page />
      <AlbumGrid cells={cellsFor(readyPicture(1), readyPicture(2, { kind: "file" }))} onOpen={() => {}} />
      <Waveform peaks={[1, 2]} src="a.m4a" duration={3} />
      <UploadProgress progress={{ ...progress, bytesPerSecond: 0, secondsLeft: 0, paused: false, offline: false }} />
    </MediadockProvider>,
  );
  expect(html).toContain("<p>idle 0 0 0</p>");
  expect(html).toContain("Open 1.jpg");
});

test("a component outside of a provider says what it needs", () => {
  expect(() => renderToString(<Page />)).toThrow("<MediadockProvider client={…}>");
});
