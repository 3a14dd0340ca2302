"""A connection to an address that was looked at: the name is not resolved again, only verified."""

from __future__ import annotations

import ssl

from urllib3.connection import HTTPConnection, HTTPSConnection


def connect_pinned(
    scheme: str, name: str, address: str, port: int, context: ssl.SSLContext, patience: float
) -> HTTPConnection:
    """`patience` in seconds, for the connection and again for the TLS handshake.

    Raises what `HTTPConnection.connect` raises. A connection follows no redirect, repeats nothing
    and reads no proxy from the environment: in urllib3, pools and managers do that.
    """
    if scheme == "http":
        connection = HTTPConnection(address, port, timeout=patience)
    else:
        # No `assert_hostname`: with it, urllib3 turns the check of the shared context off.
        connection = HTTPSConnection(
            address, port, timeout=patience, ssl_context=context, server_hostname=name
        )
    try:
        connection.connect()
    except BaseException:
        connection.close()
        raise
    return connection
