"""The documentation, held to the code: what can run runs, what is listed is there, what is there is listed.

A fenced block says in its info string what it is:

- ``bash``: a part of its page's session; every such block of a page runs in one shell, in order, against a real
  server. ``bash in-background`` runs beside the rest. ``bash not-run`` is for the reader alone.
- ``json`` after ``bash``: what the command answers, by shape: the same names, the same types; ``…`` stands for more.
- ``python file=PATH``: a file of the page's host project, which is built and used. ``python append=PATH`` adds to it.
- ``json example``, ``text``, ``mermaid``: read by people only.
"""
