/** The left pane: oneself, a search, and everybody one can write to, latest first. */
import { useMemo } from "react";
import { Icon } from "../app/Icon";
import { chatAddress } from "../app/route";
import { useTheme } from "../app/theme";
import type { Me } from "../session/useSession";
import { Avatar } from "./Avatar";
import type { Overview } from "./overview";
import { PersonRow } from "./PersonRow";
import type { People } from "./usePeople";
import "./people.css";

interface Props {
  me: Me;
  people: People;
  overviews: ReadonlyMap<number, Overview>;
  chosenId: number | null;
  onSignOut: () => void;
}

export function PeoplePane({ me, people, overviews, chosenId, onSignOut }: Props) {
  const [theme, toggleTheme] = useTheme();
  const other = theme === "dark" ? "light" : "dark";
  const sorted = useMemo(() => {
    const latest = (id: number) => overviews.get(id)?.last.message_id ?? 0;
    return [...people.list].sort((a, b) => latest(b.id) - latest(a.id));
  }, [people.list, overviews]);

  return (
    <nav className="people" aria-label="People">
      <header className="people-header">
        <Avatar {...me} />
        <h2>{me.username}</h2>
        <button className="icon-button" type="button" onClick={toggleTheme} aria-label={`Use ${other} colours`}>
          <Icon name={theme === "dark" ? "sun" : "moon"} />
        </button>
        <button className="icon-button" type="button" onClick={onSignOut} aria-label="Sign out">
          <Icon name="leave" />
        </button>
      </header>
      <label className="people-search">
        <Icon name="search" />
        <span className="visually-hidden">Search people</span>
        <input
          type="search"
          placeholder="Search people"
          value={people.search}
          onChange={(event) => people.setSearch(event.target.value)}
        />
      </label>
      {people.problem && (
        <p className="people-problem" role="alert">
          {people.problem}{" "}
          <button className="button quiet" type="button" onClick={people.tryAgain}>
            Try again
          </button>
        </p>
      )}
      <ul className="people-list">
        {sorted.map((person) => (
          <PersonRow
            key={person.id}
            person={person}
            isMe={person.id === me.id}
            overview={overviews.get(person.id)}
            looked={people.looked.has(person.id)}
            address={chatAddress(person.id)}
            chosen={person.id === chosenId}
          />
        ))}
      </ul>
    </nav>
  );
}
