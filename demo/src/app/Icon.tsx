/** The icons of the demo: strokes on a grid of 24, drawn for it. Decoration only; the control that holds one has the name. */
const PATHS = {
  attach: "M20 11.5 12.3 19.2a5 5 0 0 1-7.1-7.1l8.1-8.1a3.3 3.3 0 0 1 4.7 4.7l-8 8a1.7 1.7 0 0 1-2.4-2.4l7.1-7.1",
  camera:
    "M4 8.5h3l1.7-2.5h6.6L17 8.5h3A1.5 1.5 0 0 1 21.5 10v8a1.5 1.5 0 0 1-1.5 1.5H4A1.5 1.5 0 0 1 2.5 18v-8A1.5 1.5 0 0 1 4 8.5Zm8 9a3.7 3.7 0 1 0 0-7.4 3.7 3.7 0 0 0 0 7.4Z",
  mic: "M12 3.5a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0v-5a3 3 0 0 1 3-3ZM5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3",
  send: "M12 19.5v-15m0 0-6 6m6-6 6 6",
  close: "M6 6l12 12M18 6 6 18",
  back: "M14.5 5.5 8 12l6.5 6.5",
  next: "M9.5 5.5 16 12l-6.5 6.5",
  down: "M5.5 9.5 12 16l6.5-6.5",
  check: "M4.5 12.5 9.5 17.5 19.5 7",
  clock: "M12 7v5l3.2 2M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17Z",
  alert: "M12 7.5v5.5m0 3.2v.1M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17Z",
  retry: "M19.5 5v4.5H15M19 9.5A7.7 7.7 0 1 0 19.7 13",
  trash: "M5 7h14M10 7V4.5h4V7m-7.5 0 .8 12.5h9.4L17.5 7M10.3 10.5v6m3.4-6v6",
  pause: "M8.5 6v12M15.5 6v12",
  play: "M8 5.5v13l10.5-6.5Z",
  download: "M12 4v11m0 0-4.5-4.5M12 15l4.5-4.5M5 19.5h14",
  document: "M6.5 3.5h7l4 4v13h-11ZM13.5 3.5v4h4M9.5 12h5m-5 3.5h5",
  sound: "M4.5 10v4m4-7v10m4-13v16m4-12v8m3.5-5v2",
  film: "M4 5.5h16v13H4ZM8 5.5v13m8-13v13M4 10h4m-4 4h4m8-4h4m-4 4h4",
  sun: "M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm0-13v1.5m0 15V21M3 12h1.5m15 0H21M5.6 5.6l1.1 1.1m10.6 10.6 1.1 1.1M5.6 18.4l1.1-1.1M17.3 6.7l1.1-1.1",
  moon: "M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10Z",
  leave: "M14 4.5H6v15h8M10.5 12H20m0 0-3.5-3.5M20 12l-3.5 3.5",
  search: "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13Zm4.8-1.7L20 20",
  zoom: "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13Zm4.8-1.7L20 20M10.5 8v5M8 10.5h5",
  upload: "M12 20V9m0 0-4.5 4.5M12 9l4.5 4.5M5 4.5h14",
  albums: "M4 6.5h16v13H4ZM6.5 3.5h11M4 16.5l4.5-4.5 3.5 3.5 3-3 5 4.5M15.5 10.2v.1",
  feed: "M5 4.5h14v6H5Zm0 9.5h14M5 17h14M5 20h8",
  generated: "M11 4l1.7 4.8 4.8 1.7-4.8 1.7L11 17l-1.7-4.8-4.8-1.7 4.8-1.7ZM18 15.5v5M15.5 18h5",
  person: "M12 11.5a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-7.5 9c.5-4 3.5-6 7.5-6s7 2 7.5 6",
  plus: "M12 5v14M5 12h14",
  chats: "M4.5 5h15v10.5h-9L6 19v-3.5H4.5Z",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path
        d={PATHS[name]}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.8"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
