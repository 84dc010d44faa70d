/** Who is signed in here, and the client that acts for them. */
import { type Client, createClient, NotLoggedIn } from "mediadock";
import { useCallback, useEffect, useState } from "react";
import { forgetTokens, storedTokens, storeTokens } from "./stored";

export interface Me {
  id: number;
  username: string;
  avatar?: Record<string, string> | null;
}

export type Session =
  | { stage: "restoring"; problem: string | null }
  | { stage: "signed-out"; notice: string | null }
  | { stage: "signed-in"; client: Client; me: Me };

export interface SessionControls {
  session: Session;
  signIn(username: string, password: string): Promise<void>;
  signOut(notice?: string): void;
  tryAgain(): void;
}

const ENDED = "You have been signed out. Sign in to go on.";

export function useSession(): SessionControls {
  const [session, setSession] = useState<Session>(() =>
    storedTokens() ? { stage: "restoring", problem: null } : { stage: "signed-out", notice: null },
  );

  const restore = useCallback(() => {
    const tokens = storedTokens();
    if (!tokens) return () => {};
    let current = true;
    const { access, refresh } = tokens;
    const client = createClient({ token: access, ...(refresh && { refreshToken: refresh }), onTokens: storeTokens });
    client.me().then(
      (me) => current && setSession({ stage: "signed-in", client, me }),
      (error: Error) => {
        if (!current) return;
        if (!(error instanceof NotLoggedIn)) return setSession({ stage: "restoring", problem: error.message });
        forgetTokens();
        setSession({ stage: "signed-out", notice: ENDED });
      },
    );
    return () => {
      current = false;
    };
  }, []);

  useEffect(() => restore(), [restore]);

  const signIn = useCallback(async (username: string, password: string) => {
    const client = createClient({ onTokens: storeTokens });
    const me = await client.login(username, password);
    setSession({ stage: "signed-in", client, me });
  }, []);

  const signOut = useCallback((notice?: string) => {
    forgetTokens();
    setSession({ stage: "signed-out", notice: notice ?? null });
  }, []);

  const tryAgain = () => {
    setSession({ stage: "restoring", problem: null });
    restore();
  };

  return { session, signIn, signOut, tryAgain };
}
