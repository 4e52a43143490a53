"""PCM to a FLAC file."""

from io import BytesIO

import av

from media_bridge.recorder.segmenter import Pcm


def encode_flac(pcm: Pcm, sample_rate: int) -> bytes:
    """A complete FLAC file of mono 16-bit samples."""
    out = BytesIO()
    with av.open(out, "w", format="flac") as container:
        stream = container.add_stream("flac", rate=sample_rate, layout="mono", format="s16")
        frame = av.AudioFrame.from_ndarray(pcm.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = sample_rate
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return out.getvalue()
