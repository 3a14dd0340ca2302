"""The weeks in which events lie."""
