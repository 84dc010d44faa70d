/** Fingerprints of unfinished uploads, kept in this browser. Losing them costs nothing but a closer look when one is resumed. */
export type KeyValues = Pick<Storage, "getItem" | "setItem" | "removeItem">;

export interface Keep {
  find(assetId: number): string | null;
  /** Nothing when the asset has been forgotten: it arrived before its fingerprint was known. */
  put(assetId: number, fingerprint: string): void;
  /** For good. */
  forget(assetId: number): void;
}

/** Apart for each server. Storage that is full, or forbidden as in a private window, is no reason to stop an upload. */
export function createKeep(baseUrl: string, storage: KeyValues | undefined): Keep {
  const key = (assetId: number) => `mediadock:${baseUrl}:${assetId}`;
  const gone = new Set<number>();
  const attempt = <T>(what: () => T): T | null => {
    try {
      return what();
    } catch {
      return null;
    }
  };
  return {
    find: (assetId) => attempt(() => storage?.getItem(key(assetId)) ?? null),
    put: (assetId, fingerprint) => {
      if (!gone.has(assetId)) attempt(() => storage?.setItem(key(assetId), fingerprint));
    },
    forget: (assetId) => {
      gone.add(assetId);
      attempt(() => storage?.removeItem(key(assetId)));
    },
  };
}

/** `localStorage`, where the page may use it. */
export function browserStorage(): KeyValues | undefined {
  try {
    return globalThis.localStorage;
  } catch {
    return undefined;
  }
}
