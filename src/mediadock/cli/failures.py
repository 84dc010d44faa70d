"""A failure is one sentence on standard error and exit code 1; Ctrl-C is exit code 130."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from mediadock.client import ApiError, ClientError

INTERRUPTED = 130  # 128 + SIGINT, as a shell reports it


@contextmanager
def sentences() -> Iterator[None]:
    """Turns ``ClientError`` and Ctrl-C inside into an exit; the server's field errors follow its sentence."""
    try:
        yield
    except ApiError as error:
        more = [each.message for each in error.errors if each.message not in error.detail]
        if error.code.startswith("token_"):
            more.append("Log in with: mediadock login USER")
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


def fail(sentence: str) -> typer.Exit:
    """Says the sentence; the exit to raise."""
    print(f"mediadock: {sentence}", file=sys.stderr)
    return typer.Exit(1)
