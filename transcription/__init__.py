"""Transcribes audio segments into utterances with word times.

Engines only decode. Voice activity detection, utterance boundaries, the time base and filtering are done here, because
engines pack speech across long silences and lose or displace utterances on a track that is mostly silent.
"""
