/** The door, or what is behind it. */
import { MediadockProvider } from "mediadock/react";
import "mediadock/react/style.css";
import { SignIn } from "../session/SignIn";
import { useSession } from "../session/useSession";
import { Shell } from "./Shell";

export function App() {
  const { session, signIn, signOut, tryAgain } = useSession();
  if (session.stage === "signed-out") return <SignIn notice={session.notice} onSignIn={signIn} />;
  if (session.stage === "restoring")
    return (
      <main className="restoring">
        <p role="status">{session.problem ?? "Opening your chats…"}</p>
        {session.problem && (
          <p>
            <button className="button" type="button" onClick={tryAgain}>
              Try again
            </button>{" "}
            <button className="button quiet" type="button" onClick={() => signOut()}>
              Sign out
            </button>
          </p>
        )}
      </main>
    );
  return (
    <MediadockProvider client={session.client} key={session.me.id}>
      <Shell account={session.me} onSignOut={signOut} />
    </MediadockProvider>
  );
}
