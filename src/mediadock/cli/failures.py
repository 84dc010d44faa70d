"""A failure is one sentence on standard error and exit code 1; Ctrl-C is exit code 130."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from mediadock.client import ApiError, ClientError
from mediadock.client.errors import FieldProblem

INTERRUPTED = 130  # 128 + SIGINT, as a shell reports it


LOG_IN = "Log in with: mediadock login USER"


@contextmanager
def sentences(*, way_in: str = LOG_IN) -> Iterator[None]:
    """Turns ``ClientError`` and Ctrl-C inside into an exit; the server's field errors follow its sentence.

    ``way_in`` is what helps where the token is not believed.
    """
    try:
        yield
    except ApiError as error:
        more = [_of_field(each) for each in error.errors if each.message not in error.detail]
        if error.code.startswith("token_"):
            more.append(way_in)
        raise fail(" ".join([error.detail, *more])) from error
    except ClientError as error:
        raise fail(error.detail) from error
    except KeyboardInterrupt as error:
        raise typer.Exit(INTERRUPTED) from error


@contextmanager
def interruption(sentence: str) -> Iterator[None]:
    """Turns Ctrl-C inside into this sentence and exit code 130."""
    try:
        yield
    except KeyboardInterrupt as error:
        print(f"\n{sentence}", file=sys.stderr)
        raise typer.Exit(INTERRUPTED) from error


def _of_field(problem: FieldProblem) -> str:
    """A validator's own words say nothing without the field; they do not end in a full stop, ours do."""
    return problem.message if problem.message.endswith(".") else f"{problem.field}: {problem.message}."


def fail(sentence: str) -> typer.Exit:
    """Says the sentence; the exit to raise."""
    print(f"mediadock: {sentence}", file=sys.stderr)
    return typer.Exit(1)
