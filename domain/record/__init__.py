"""The record of a class: recording, transcript, documentation, files."""
