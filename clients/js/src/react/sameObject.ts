/** Addresses of objects that stay the same while their signatures change. */
import { useRef } from "react";

export interface Source {
  src: string;
  srcSet?: string;
}

export interface Kept {
  source: Source | null;
  broke: () => void;
}

/**
 * Presigned addresses change their signature with every event: the first of an object serves until it breaks, or until it is
 * another object.
 */
export function useSameObject(next: Source | null): Kept {
  const kept = useRef(next);
  const broken = useRef<string | null>(null);
  const isOther = bare(next) !== bare(kept.current);
  if (isOther || (kept.current?.src === broken.current && next?.src !== broken.current)) kept.current = next;
  const broke = () => {
    broken.current = kept.current?.src ?? null;
  };
  return { source: kept.current, broke };
}

const bare = (of: Source | null): string | undefined => of?.src.split("?", 1)[0];
