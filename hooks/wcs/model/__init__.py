"""How a WCS behaves: its methods, its signature, and what it does with an answer.

In come what a browser sends and what a backend answers; out goes what WCS would do. Everything is
made from Flashphoner's documentation and source. Nothing is taken from the gateway's own tables
or signer, so that the rehearsal and the demo's stand-in notice a mistake there.
No WCS was at hand: where the sources leave something open, the worse reading counts.
"""
