/** Who is signed in, with their picture as it is now: an event tells when there is another, or none any more. */
import { useClient } from "mediadock/react";
import { useCallback, useEffect, useState } from "react";
import { useFrames } from "../media/useFrames";
import type { Me } from "../session/useSession";

const CHANGING = new Set(["done", "deleted"]);

/** `onChange`: lists of people show it too. */
export function useMe(account: Me, onChange: () => void): Me {
  const client = useClient();
  const [me, setMe] = useState(account);
  const look = useCallback(
    () => client.me().then(setMe, () => {}), // what is shown stays
    [client],
  );
  useEffect(() => {
    if (account.avatar === undefined) void look(); // signing in tells the name only
  }, [account, look]);
  useFrames("avatar_update", ({ data }) => {
    if (!CHANGING.has(String(data.stage))) return;
    void look();
    onChange();
  });
  return me;
}
