"""What the API has an address for: one file each."""
