/** One honest line for a message that is being sent: pause, go on, give up. */
import { type LocalUpload, UploadProgress } from "mediadock/react";

export function SendingLine({ upload }: { upload: LocalUpload }) {
  if (upload.status !== "sending" && upload.status !== "processing") return null;
  const sending = upload.status === "sending";
  return (
    <UploadProgress
      progress={upload.progress}
      label="upload of this message"
      onPause={sending ? upload.pause : undefined}
      onResume={sending ? upload.resume : undefined}
      onCancel={sending ? () => upload.cancel() : undefined}
    />
  );
}
