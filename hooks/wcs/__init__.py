"""The media server as we see it: how it is set up, and a rehearsal that plays its part."""
