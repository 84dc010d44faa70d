/** How a file is cut into parts, and what of it is still to send. */
const MIB = 1024 * 1024;
const SMALLEST_PART_BYTES = 5 * MIB; // what S3 takes
const LARGEST_PART_BYTES = 32 * MIB; // beyond it a failed part loses more than fewer requests save
const SPREAD_OVER = 16; // parts a file is cut into while it is small: enough to keep every connection busy to the end
const URLS_A_PAGE = 500;

export interface Part {
  number: number;
  offset: number;
  size: number;
}

/** The part size to ask the server for: whole MiB, 5 to 32, larger when the URLs would not fit one page. */
export function preferredPartSize(sizeBytes: number): number {
  const wholeMib = (bytes: number) => Math.ceil(bytes / MIB) * MIB;
  const spread = Math.min(LARGEST_PART_BYTES, wholeMib(sizeBytes / SPREAD_OVER));
  return Math.max(SMALLEST_PART_BYTES, spread, wholeMib(sizeBytes / URLS_A_PAGE));
}

/** Every part of the file, in order; the last is as long as what is left. */
export function partsOf(sizeBytes: number, partSize: number): Part[] {
  return Array.from({ length: Math.ceil(sizeBytes / partSize) }, (_, index) => ({
    number: index + 1,
    offset: index * partSize,
    size: Math.min(partSize, sizeBytes - index * partSize),
  }));
}
