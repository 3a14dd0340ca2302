"""What strangers and hostile media servers may send, byte by byte, and what comes back."""
