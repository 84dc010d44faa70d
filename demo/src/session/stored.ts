/** The tokens of this tab. `sessionStorage` and not `localStorage`, so that two windows can be two people. */
import type { Tokens } from "mediadock";

const TOKEN = "mediadock.token";
const REFRESH = "mediadock.refresh";

export function storedTokens(): Tokens | null {
  const access = sessionStorage.getItem(TOKEN);
  const refresh = sessionStorage.getItem(REFRESH);
  return access ? { access, ...(refresh && { refresh }) } : null;
}

export function storeTokens({ access, refresh }: Tokens): void {
  sessionStorage.setItem(TOKEN, access);
  if (refresh) sessionStorage.setItem(REFRESH, refresh);
}

export function forgetTokens(): void {
  sessionStorage.removeItem(TOKEN);
  sessionStorage.removeItem(REFRESH);
}
