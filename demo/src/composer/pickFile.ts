/** Asks for one file, in a click's own moment: browsers open no picker at another time. Null when none is chosen. */
export function pickFile(): Promise<File | null> {
  const input = document.createElement("input");
  input.type = "file";
  return new Promise((resolve) => {
    input.addEventListener("change", () => resolve(input.files?.[0] ?? null));
    input.addEventListener("cancel", () => resolve(null));
    input.click();
  });
}
