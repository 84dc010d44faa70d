/** A sound is played, seen and moved. */
import { act, fireEvent, render, screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { barsOf } from "../../src/react/bars.js";
import { Waveform } from "../../src/react/Waveform.js";
import "./support.js";

const PEAKS = [0, 50, 100, 25];
const sound = (label = "voice", more = {}) => (
  <Waveform peaks={PEAKS} src={`https://store.example/${label}.m4a?sign=1`} duration={20} label={label} {...more} />
);
const slider = (label = "voice") => screen.getByRole("slider", { name: `Position in ${label}` });
const audios = () => [...document.querySelectorAll("audio")];
const says = () => slider().getAttribute("aria-valuetext");
const played = () => slider().style.getPropertyValue("--md-played");

/** As a browser tells it once it has read the head of the file. */
function loaded(audio = audios()[0] as HTMLAudioElement): void {
  Object.defineProperty(audio, "readyState", { value: 1, configurable: true });
  fireEvent.loadedMetadata(audio);
}

function wide(width: number): void {
  slider().getBoundingClientRect = () => ({ left: 10, width }) as DOMRect;
}

test("nothing is loaded before somebody wants to hear it", () => {
  render(sound());
  expect(audios()[0]?.getAttribute("preload")).toBe("none");
  expect(says()).toBe("0:00 of 0:20");
});

test.each([
  ["ArrowRight", "0:01"],
  ["ArrowLeft", "0:00"],
  ["PageUp", "0:02"],
  ["End", "0:20"],
])("the key %s leads to %s", (key, at) => {
  render(sound());
  loaded();
  fireEvent.keyDown(slider(), { key });
  expect(says()).toBe(`${at} of 0:20`);
  expect(audios()[0]?.currentTime).toBe(Number(at.slice(2)));
});

test("a click leads to where it is, and the bars are coloured up to there", () => {
  render(sound());
  loaded();
  wide(200);
  fireEvent.pointerDown(slider(), { clientX: 60, buttons: 1 });
  expect(audios()[0]?.currentTime).toBe(5);
  expect(played()).toBe("25%");
  fireEvent.pointerMove(slider(), { clientX: 110, buttons: 1 });
  expect(played()).toBe("50%");
  fireEvent.pointerMove(slider(), { clientX: 170, buttons: 0 });
  expect(played()).toBe("50%");
});

test("a place that is chosen before anything is loaded is where it begins", () => {
  render(sound());
  wide(200);
  fireEvent.pointerDown(slider(), { clientX: 110, buttons: 1 });
  expect(says()).toBe("0:10 of 0:20");
  expect(audios()[0]?.getAttribute("preload")).toBe("metadata");
  loaded();
  expect(audios()[0]?.currentTime).toBe(10);
});

test("only one is heard at a time", async () => {
  render(
    <>
      {sound("one")}
      {sound("two")}
    </>,
  );
  const [one, two] = audios();
  await act(async () => void fireEvent.click(screen.getByRole("button", { name: "Play one" })));
  expect(one?.paused).toBe(false);
  await act(async () => void fireEvent.click(screen.getByRole("button", { name: "Play two" })));
  expect([one?.paused, two?.paused]).toEqual([true, false]);
  expect(screen.getByRole("button", { name: "Play one" })).toBeTruthy();
  expect(screen.getByRole("button", { name: "Pause two" })).toBeTruthy();
});

test("one that goes away falls silent", async () => {
  const { unmount } = render(sound());
  const [audio] = audios();
  await act(async () => void fireEvent.click(screen.getByRole("button", { name: "Play voice" })));
  unmount();
  expect(audio?.paused).toBe(true);
});

test("at its end it is at its beginning again", async () => {
  render(sound());
  loaded();
  fireEvent.keyDown(slider(), { key: "End" });
  fireEvent.ended(audios()[0] as HTMLElement);
  expect(says()).toBe("0:00 of 0:20");
  expect(played()).toBe("0%");
});

test("an address that is only signed anew does not stop the music, and a broken one is asked for again", () => {
  const onStale = vi.fn();
  const { rerender } = render(sound("voice", { onStale }));
  const renewed = (sign: number) =>
    rerender(sound("voice", { src: `https://store.example/voice.m4a?sign=${sign}`, onStale }));
  renewed(2);
  expect(audios()[0]?.getAttribute("src")).toBe("https://store.example/voice.m4a?sign=1");
  fireEvent.error(audios()[0] as HTMLElement);
  expect(onStale).toHaveBeenCalledTimes(1);
  renewed(3);
  expect(audios()[0]?.getAttribute("src")).toBe("https://store.example/voice.m4a?sign=3");
});

test("without an address it cannot be played", () => {
  render(<Waveform peaks={null} src={null} duration={null} />);
  expect(screen.getByRole<HTMLButtonElement>("button", { name: "Play Sound" }).disabled).toBe(true);
});

test.each([
  [2, [50, 100]],
  [4, PEAKS],
  [8, [0, 0, 50, 50, 100, 100, 25, 25]],
  [3, [0, 50, 100]],
])("four peaks are %i bars", (count, bars) => {
  expect(barsOf(PEAKS, count)).toEqual(bars);
});

test("peaks beyond what is allowed are bars of a height that is", () => {
  expect(barsOf([-5, 130], 2)).toEqual([0, 100]);
});
