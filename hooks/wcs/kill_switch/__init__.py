"""The kill switch: what can be switched off, and what happens then.

`targets` reads what people name, `switching` turns it on and off, and ends the calls that live. The
statements of the hooks look the keys up (hooks.statements.switching).
"""
