"""Millions of hooks in a row: does anything grow that should not?"""
