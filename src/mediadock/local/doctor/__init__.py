"""``mediadock doctor``: asks everything that a deployment stands on, and says how to mend what is wrong.

``catalogue`` is the list of checks, one small function each; ``examine`` runs them one after the other, each with a
deadline; ``report`` shows what they found. What the checks put into the store lies below one prefix and is removed.
"""
