"""`python -m benchmarks.recording.worker`: a capture worker that records one class, without Temporal and database.

It keeps a spare recorder from its start on, as the real one does. The first line of stdin is what to record; then it
prints each heartbeat of its recorder, until that ends or stdin says anything more.
"""

import asyncio
import sys

from pydantic import BaseModel

from media_bridge.recorder.config import RecorderConfig
from media_bridge.recorder.process import RecorderProcess, SpareRecorder
from media_bridge.recorder.reports import Heartbeat, Report


class Assignment(BaseModel):
    config: RecorderConfig
    token: str


class Beat(BaseModel):
    recorder_pid: int
    heartbeat: Heartbeat


async def record(assignment: Assignment, spare: SpareRecorder, stdin: asyncio.StreamReader) -> None:
    process = RecorderProcess(assignment.config, lambda: assignment.token, spare=spare, log_level="CRITICAL")

    async def on_report(report: Report) -> None:
        if isinstance(report, Heartbeat) and process.pid is not None:
            print(Beat(recorder_pid=process.pid, heartbeat=report).model_dump_json(), flush=True)

    async def stop() -> None:
        await stdin.readline()
        await process.stop()

    stopping = asyncio.create_task(stop())
    await process.run(on_report)
    stopping.cancel()


async def main() -> None:
    stdin = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(stdin), sys.stdin)
    spare = SpareRecorder()
    spare.prepare()
    try:
        if line := await stdin.readline():
            await record(Assignment.model_validate_json(line), spare, stdin)
    finally:
        await spare.aclose()


if __name__ == "__main__":
    asyncio.run(main())
