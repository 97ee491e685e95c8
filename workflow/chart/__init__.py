"""The statechart: every state, every event, who may send it, and where it leads. No I/O, no dates, no policy.

One file per section of the form declares states and moves; ``chart`` assembles them into a machine,
``table`` compiles that machine for speed, ``document`` prints it.
"""
