/** Light or dark: what the system prefers, until a person chooses. */
import { useSyncExternalStore } from "react";

export type Theme = "light" | "dark";

const KEY = "mediadock.theme";
const system = window.matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();

const chosen = (): Theme | null => {
  const value = localStorage.getItem(KEY);
  return value === "light" || value === "dark" ? value : null;
};

const current = (): Theme => chosen() ?? (system.matches ? "dark" : "light");

/** Call before the first picture, so that nobody sees the wrong one flash by. */
export function applyTheme(): void {
  const theme = chosen();
  if (theme) document.documentElement.dataset.theme = theme;
}

export function useTheme(): [Theme, () => void] {
  const theme = useSyncExternalStore((tell) => {
    listeners.add(tell);
    system.addEventListener("change", tell);
    return () => {
      listeners.delete(tell);
      system.removeEventListener("change", tell);
    };
  }, current);
  const toggle = () => {
    localStorage.setItem(KEY, theme === "dark" ? "light" : "dark");
    applyTheme();
    for (const tell of listeners) tell();
  };
  return [theme, toggle];
}
