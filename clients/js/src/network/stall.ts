/** Notices when bytes stop moving: a connection can be dead for minutes before anybody says so. */

export interface Patience {
  /** Seconds without a byte going out before the request is given up and tried again. */
  stallS: number;
  /** Seconds for the answer after the last byte: what the system has buffered must still go out on a slow line. */
  answerS: number;
}

export interface StallWatch {
  /** Aborted when nothing has moved for too long. */
  readonly signal: AbortSignal;
  moved(sentBytes: number): void;
  end(): void;
}

export function watchForStalls(sizeBytes: number, { stallS, answerS }: Patience): StallWatch {
  const stalled = new AbortController();
  let most = 0;
  let timer = setTimeout(() => stalled.abort(), stallS * 1000);
  return {
    signal: stalled.signal,
    moved: (sentBytes) => {
      if (sentBytes <= most) return;
      most = sentBytes;
      clearTimeout(timer);
      timer = setTimeout(() => stalled.abort(), (most < sizeBytes ? stallS : answerS) * 1000);
    },
    end: () => clearTimeout(timer),
  };
}
