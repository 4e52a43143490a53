"""The hidden recorder of a class: a process of its own per session, its supervisor, and what it leaves behind.

The process is spawned, never forked: LiveKit's native library does not survive a fork, and its panics end the process
it lives in.
"""
