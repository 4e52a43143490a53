"""The hidden recorder of a class: one process per session that records every audio track, and its supervisor.

The process is spawned, never forked: LiveKit's native library does not survive a fork, and a panic in it ends the
process that loaded it.
"""
