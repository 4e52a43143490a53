"""Entry point of the recorder process; RecorderProcess starts it and talks to it over stdin and stdout."""

import asyncio
import logging
import os
import sys

from media_bridge.recorder.parent_pipe import ParentPipe
from media_bridge.recorder.session_recorder import Recorder


async def _main() -> None:
    parent = await ParentPipe.open()
    start_message = await parent.start_message()
    logging.basicConfig(level=start_message.log_level, stream=sys.stderr)
    await Recorder(start_message, parent).run()


def main() -> None:
    try:
        asyncio.run(_main())
    except BaseException:
        logging.exception("the recorder failed")
        os._exit(1)
    # The native library may crash while the interpreter is torn down: exit without teardown.
    os._exit(0)


if __name__ == "__main__":
    main()
