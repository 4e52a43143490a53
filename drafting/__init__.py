"""Drafts the documentation of a class from its transcript; every statement cites the utterances it rests on."""
