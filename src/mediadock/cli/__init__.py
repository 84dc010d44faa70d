"""The command line: ``mediadock COMMAND``. One command, one file; ``main`` puts them together."""
