"""docker/monitoring: its rules and its dashboard, and a real Prometheus beside a real gateway."""
