"""The project: settings, URLs, the ASGI application, and the commands that run it."""

__version__ = "0.1.0"
