/** The form at the door. */
import { NotLoggedIn } from "mediadock";
import { type FormEvent, useState } from "react";
import "./session.css";

interface Props {
  notice: string | null;
  onSignIn: (username: string, password: string) => Promise<void>;
}

export function SignIn({ notice, onSignIn }: Props) {
  const [problem, setProblem] = useState<string | null>(notice);
  const [busy, setBusy] = useState(false);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setProblem(null);
    try {
      await onSignIn(String(form.get("username")), String(form.get("password")));
    } catch (error) {
      setProblem(
        error instanceof NotLoggedIn ? "That name and password do not go together." : (error as Error).message,
      );
      setBusy(false);
    }
  };

  return (
    <main className="sign-in">
      <form onSubmit={submit} aria-labelledby="sign-in-title">
        <img className="sign-in-mark" src="/icon.svg" alt="" width="56" height="56" />
        <h1 id="sign-in-title">Mediadock</h1>
        <p className="sign-in-line">Photos, films and voice messages that arrive.</p>
        <label htmlFor="username">Name</label>
        <input
          id="username"
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
        />
        <label htmlFor="password">Password</label>
        <input id="password" name="password" type="password" autoComplete="current-password" required />
        <p className="sign-in-problem" role="alert">
          {problem}
        </p>
        <button className="button" type="submit" disabled={busy}>
          {busy ? "Signing in…" : "Sign in"}
        </button>
        <p className="sign-in-hint">
          On a machine of your own, <code>alice</code> and <code>bob</code> live here. Open two windows to be both.
        </p>
      </form>
    </main>
  );
}
