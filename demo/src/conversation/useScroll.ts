/** Keeps the place: at the bottom when one was there, at the same message when older ones come above. */
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

const NEAR_PX = 60;

export interface Scroll {
  viewport: RefObject<HTMLDivElement | null>;
  content: RefObject<HTMLOListElement | null>;
  atBottom: boolean;
  toBottom(): void;
}

/** `first`: the key of the oldest bubble; when it changes and others were there, older ones have come. */
export function useScroll(first: string | undefined): Scroll {
  const viewport = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLOListElement>(null);
  const sticking = useRef(true);
  const before = useRef({ first, height: 0 });
  const [atBottom, setAtBottom] = useState(true);

  const toBottom = useCallback(() => {
    sticking.current = true;
    setAtBottom(true);
    viewport.current?.scrollTo({ top: viewport.current.scrollHeight });
  }, []);

  useLayoutEffect(() => {
    const element = viewport.current;
    if (!element) return;
    const older = before.current.first !== undefined && before.current.first !== first;
    if (older && !sticking.current) element.scrollTop += element.scrollHeight - before.current.height;
    before.current = { first, height: element.scrollHeight };
  });

  useEffect(() => {
    const [outer, inner] = [viewport.current, content.current];
    if (!outer || !inner) return;
    const keep = () => {
      before.current.height = outer.scrollHeight;
      if (sticking.current) outer.scrollTop = outer.scrollHeight;
    };
    const observer = new ResizeObserver(keep);
    observer.observe(inner);
    observer.observe(outer);
    const onScroll = () => {
      sticking.current = outer.scrollHeight - outer.scrollTop - outer.clientHeight < NEAR_PX;
      setAtBottom(sticking.current);
    };
    outer.addEventListener("scroll", onScroll, { passive: true });
    keep();
    return () => {
      observer.disconnect();
      outer.removeEventListener("scroll", onScroll);
    };
  }, []);

  return { viewport, content, atBottom, toBottom };
}
