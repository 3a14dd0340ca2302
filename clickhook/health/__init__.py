"""Does this process live, and can it do its work? Looked at once a second, whoever asks."""
