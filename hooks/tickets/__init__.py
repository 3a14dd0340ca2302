"""Who is the visitor? Tickets, tokens and logins, where a connection brings any.

A connection may prove that a page of the tenant opened it a moment ago (a ticket), or who the
visitor is (a token, a login). `credentials` reads what came, before anything is known about it;
`ticket` and `token` verify it, pure; `visitor` names the visitor; `admission` decides, pure, and
the pipeline's `settling` asks it. `challenge`, `pace` and `office` give tickets to pages without a
back end of their own, and take what a page reports of its call's `quality`. Facts and payloads come
in; nothing here knows the lanes.
"""
