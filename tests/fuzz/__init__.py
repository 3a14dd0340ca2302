"""Hooks that no WCS would post, raw bytes in: never a 500, never a call against the rules.

`bodies` and `posts` make them, `stage` is what they are sent to, `judging` looks at the answers and
at the rows.
"""
