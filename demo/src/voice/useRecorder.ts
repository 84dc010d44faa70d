/** A voice message from the microphone: its time, its level, and a file at the end. */
import { useCallback, useEffect, useRef, useState } from "react";
import { listenToLevel } from "./level";

// What a browser records: Chrome and Firefox WebM or Ogg with Opus, Safari MP4. The server makes one form of all.
const FORMS = [
  { type: "audio/webm;codecs=opus", extension: "weba" }, // "webm" would be taken for a film
  { type: "audio/mp4", extension: "m4a" },
  { type: "audio/ogg;codecs=opus", extension: "oga" },
] as const;
const SHOWN_LEVELS = 48;
const TICK_MS = 80;
const SHORTEST_S = 0.6; // a slip of the finger is no message

export interface Recorder {
  stage: "idle" | "asking" | "recording";
  seconds: number;
  /** 0 to 1, the latest last. */
  levels: readonly number[];
  problem: string | null;
  forgive(): void;
  start(): Promise<void>;
  cancel(): void;
  /** The recording as a file; null when there is nothing worth sending. */
  finish(): Promise<File | null>;
}

interface Recording {
  media: MediaRecorder;
  blobs: Blob[];
  began: number;
  extension: string;
  stop(): void;
}

export function useRecorder(): Recorder {
  const [stage, setStage] = useState<Recorder["stage"]>("idle");
  const [seconds, setSeconds] = useState(0);
  const [levels, setLevels] = useState<readonly number[]>([]);
  const [problem, setProblem] = useState<string | null>(null);
  const recording = useRef<Recording | null>(null);
  const gone = useRef(false);

  const cancel = useCallback(() => {
    recording.current?.stop();
    recording.current = null;
    setStage("idle");
  }, []);

  useEffect(() => {
    gone.current = false;
    return () => {
      gone.current = true;
      cancel();
    };
  }, [cancel]);

  const start = async () => {
    setProblem(null);
    setStage("asking");
    try {
      const stream = await microphone();
      if (gone.current) return stop(stream);
      setLevels([]);
      setSeconds(0);
      recording.current = record(stream, (level, elapsed) => {
        setSeconds(elapsed);
        setLevels((all) => [...all.slice(1 - SHOWN_LEVELS), level]);
      });
      setStage("recording");
    } catch (error) {
      setProblem(sentenceFor(error));
      setStage("idle");
    }
  };

  const finish = async () => {
    const current = recording.current;
    if (!current) return null;
    recording.current = null;
    const long = (Date.now() - current.began) / 1000;
    const ended = new Promise((resolve) => current.media.addEventListener("stop", resolve, { once: true }));
    current.stop();
    await ended;
    setStage("idle");
    if (long < SHORTEST_S || !current.blobs.length) return null;
    const type = current.media.mimeType.split(";", 1)[0] ?? "audio/webm";
    return new File(current.blobs, `voice-${stamp()}.${current.extension}`, { type });
  };

  return { stage, seconds, levels, problem, forgive: () => setProblem(null), start, cancel, finish };
}

async function microphone(): Promise<MediaStream> {
  // Without TLS a page gets none, except on this machine itself.
  if (!navigator.mediaDevices || typeof MediaRecorder === "undefined") throw new DOMException("", "NotSupportedError");
  return navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true } });
}

function record(stream: MediaStream, tell: (level: number, seconds: number) => void): Recording {
  const form = FORMS.find(({ type }) => MediaRecorder.isTypeSupported(type));
  const media = new MediaRecorder(stream, form && { mimeType: form.type });
  const blobs: Blob[] = [];
  media.ondataavailable = ({ data }) => data.size && blobs.push(data);
  media.start(1000);
  const began = Date.now();
  const meter = listenToLevel(stream);
  const timer = setInterval(() => tell(meter.level(), (Date.now() - began) / 1000), TICK_MS);
  const end = () => {
    clearInterval(timer);
    meter.close();
    if (media.state !== "inactive") media.stop();
    stop(stream);
  };
  return { media, blobs, began, extension: form?.extension ?? "weba", stop: end };
}

function stop(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

function sentenceFor(error: unknown): string {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError")
    return "The microphone is not allowed here. Allow it in the browser's settings for this page, then try again.";
  if (name === "NotFoundError") return "There is no microphone on this device.";
  if (name === "NotReadableError") return "The microphone is in use by another program.";
  if (name === "NotSupportedError") return "This browser cannot record sound on this page. It needs https.";
  return "The recording could not be begun.";
}

const stamp = (): string => new Date().toISOString().slice(0, 19).replace("T", "-").replaceAll(":", "");
