"""A whole click-to-call played against the gateway as a WCS would play it, and judged."""
