"""What hooks notice of strangers at the door."""
