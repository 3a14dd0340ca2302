"""The call button that customers embed with one script tag, and the Web SDK it loads.

`source/` is the button, in the order of `script.PARTS`; `script` joins it, `views` serves it.
`websdk` says which Web SDK belongs to it and whether it is there, `fetching` gets it with `npm`,
which `requirements.lock` installs. `example/` is a page for those who write their own.
"""
