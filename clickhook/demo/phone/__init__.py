"""A SIP phone that answers, says something, and tells what it hears."""
