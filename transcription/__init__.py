"""From audio segments to words with times.

Engines only decode. Voice activity, utterance cutting, the time base, gates and merging are here, because engines
pack speech across long silences and lose or displace utterances on a track that is mostly silent.
"""
