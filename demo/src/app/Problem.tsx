/** What went wrong, and the way to try it again. */
interface Props {
  sentence: string;
  onTryAgain?: () => void;
}

export function Problem({ sentence, onTryAgain }: Props) {
  return (
    <p className="page-problem" role="alert">
      {sentence}
      {onTryAgain && (
        <button className="button quiet" type="button" onClick={onTryAgain}>
          Try again
        </button>
      )}
    </p>
  );
}
