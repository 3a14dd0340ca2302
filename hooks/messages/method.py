"""The hook of a message that a page sends: what the browser's sendData becomes."""

METHOD = "OnDataEvent"
