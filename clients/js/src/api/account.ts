/** Who this client acts for: a token that is renewed when the server no longer takes it. */
import { ClientError, Unreachable } from "./errors.js";
import type { TokenAnswer } from "./schema.js";

export interface Tokens {
  access: string;
  refresh?: string;
}

/**
 * `token`: the first one. `getToken`: asked where there is none yet, and with `refused` when the server has answered 401 to that
 * one; what it gives is kept until then. `refreshToken`: exchanged at the server; `onTokens` hears of every new pair.
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
  let asking: Promise<void> | undefined;
  /** Once for all who wait. */
  const ask = async (how: () => Promise<void>) => {
    asking ??= how().finally(() => {
      asking = undefined;
    });
    await asking;
    return access;
  };
  const keep = (tokens: Tokens) => {
    access = tokens.access;
    refresh = tokens.refresh;
    onTokens?.(tokens);
  };
  const get = async (refused?: string) => {
    try {
      access = (await getToken?.(refused)) ?? access;
    } catch (thrown) {
      if (thrown instanceof ClientError) throw thrown;
      // Most likely the network of the page's own backend, which may come back.
      throw Object.assign(new Unreachable("token_unavailable", "No token could be had."), { cause: thrown });
    }
  };
  return {
    keep,
    token: async () => access ?? ask(get),
    renew: async (refused, exchange) => {
      if (access === refused)
        await ask(async () => {
          if (!refresh) return get(refused);
          const answer = await exchange(refresh);
          keep({ access: answer.access, refresh: answer.refresh });
        });
      return access === refused ? undefined : access;
    },
  };
}
