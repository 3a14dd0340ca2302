"""A SIP phone that answers, plays something, and reports what it hears.

In come the account, the SIP server and what the phone does with a call; out go events, such as
`{"call": "rings"}`. Start it as a program (see __main__); phone has the calls, sound the tones.
"""
