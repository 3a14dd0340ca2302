"""The embedded button, against a WCS that says what each test wants it to say."""
