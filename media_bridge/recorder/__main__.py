"""`python -m media_bridge.recorder`: started by RecorderProcess, which speaks to it over stdin and stdout."""

import asyncio
import logging
import os
import sys

from media_bridge.recorder.child import Recorder
from media_bridge.recorder.link import ParentLink, die_with_parent


async def _main() -> None:
    link = await ParentLink.open()
    orders = await link.orders()
    logging.basicConfig(level=orders.log_level, stream=sys.stderr)
    await Recorder(orders, link).run()


def main() -> None:
    die_with_parent()
    try:
        asyncio.run(_main())
    except BaseException:
        logging.exception("the recorder failed")
        os._exit(1)
    # The native library may crash while the interpreter is torn down: leave without.
    os._exit(0)


if __name__ == "__main__":
    main()
