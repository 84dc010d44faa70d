/** Who this client acts for: a token that is renewed when the server no longer takes it. */
import type { TokenAnswer } from "./schema.js";

export interface Tokens {
  access: string;
  refresh?: string;
}

/**
 * `token`: fixed. `getToken`: asked before every request; `refused` is the token that the server has just answered 401 to,
 * so that a cached one can be replaced. `refreshToken`: exchanged at the server; `onTokens` hears of every new pair.
 */
export interface Credentials {
  token?: string;
  getToken?: (refused?: string) => string | Promise<string>;
  refreshToken?: string;
  onTokens?: (tokens: Tokens) => void;
}

export interface Account {
  token(): Promise<string | undefined>;
  /** A token other than `refused`; undefined when there is none. `exchange` asks the server, once for all who wait. */
  renew(refused: string, exchange: (refresh: string) => Promise<TokenAnswer>): Promise<string | undefined>;
  keep(tokens: Tokens): void;
}

export function createAccount({ token, getToken, refreshToken, onTokens }: Credentials): Account {
  let access = token;
  let refresh = refreshToken;
  let renewing: Promise<string | undefined> | undefined;
  const keep = (tokens: Tokens) => {
    access = tokens.access;
    refresh = tokens.refresh;
    onTokens?.(tokens);
  };
  return {
    keep,
    token: async () => access ?? (await getToken?.()),
    renew: async (refused, exchange) => {
      if (access === undefined) {
        const fresh = await getToken?.(refused);
        return fresh === refused ? undefined : fresh;
      }
      if (access !== refused) return access;
      if (!refresh) return undefined;
      renewing ??= exchange(refresh)
        .then((answer) => {
          keep({ access: answer.access, refresh: answer.refresh });
          return answer.access;
        })
        .finally(() => {
          renewing = undefined;
        });
      return renewing;
    },
  };
}
