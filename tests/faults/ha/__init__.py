"""Two gateways on a real Patroni cluster: faults under load, judged by a log of every hook."""
