"""WCS's own REST API, as the gateway calls it: lists, ends of calls and connections, page data.

Whatever the other side does, a caller gets a value and never an exception: `failures` lists what
can go wrong, each with a sentence and a remedy. Paths and bodies: docs.flashphoner.com, "REST API".
"""
