"""One machine with all of it: faults under load, judged by a log of every hook."""
