"""`homeroom export`: downloads an organization's record from the API, one file per table."""

import os
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn

import httpx2
import typer
from rich.console import Console
from rich.progress import DownloadColumn, Progress, TextColumn, TimeElapsedColumn, TransferSpeedColumn

from cli.remote.address import ADDRESS_MISSING, KEY_MISSING, local_setting

# The database takes a while to prepare a large table.
_TIMEOUT = httpx2.Timeout(30, read=600)


def export(
    out: Annotated[Path, typer.Option(help="Folder for the files. Created if it is missing.")],
    tables: Annotated[str, typer.Option(help="Comma-separated names. Defaults to all tables.")] = "",
    since: Annotated[
        str,
        typer.Option(
            "--from", help="Only sessions that start at or after this: a date, or a time with an offset."
        ),
    ] = "",
    until: Annotated[str, typer.Option("--to", help="Only sessions that start before this.")] = "",
    form: Annotated[Literal["parquet", "csv", "jsonl"], typer.Option("--format")] = "parquet",
    api_url: Annotated[
        str, typer.Option(envvar="HOMEROOM_API_URL", help="Defaults to the stack on this machine.")
    ] = "",
    api_key: Annotated[
        str, typer.Option(envvar="HOMEROOM_API_KEY", help="An API key of the organization.")
    ] = "",
) -> None:
    """Export an organization's record to a folder, one file per table, with its data dictionary.

    A file that is still being written ends in `.part`.
    """
    period = {name: _moment(text) for name, text in (("from", since), ("to", until)) if text}
    if not api_key:
        _give_up(KEY_MISSING)
    base = api_url or _local_url()
    options: dict[str, Any] = {
        "headers": {"Authorization": f"Bearer {api_key}"},
        "transport": httpx2.HTTPTransport(retries=2),
        "timeout": _TIMEOUT,
    }
    names = [name.strip() for name in tables.split(",") if name.strip()]
    try:
        with httpx2.Client(base_url=base, **options) as client:
            _export(client, out, names, form, period)
    except (httpx2.InvalidURL, httpx2.UnsupportedProtocol):
        _give_up(f"{base} isn't a valid address. It must start with http:// or https://.")
    except httpx2.TransportError as error:
        _give_up(f"The API at {base} isn't responding or broke off: {error or type(error).__name__}.")
    except OSError as error:
        _give_up(f"Can't write {error.filename or out}: {error.strerror}.")


def _export(
    client: httpx2.Client, out: Path, names: Sequence[str], form: str, period: dict[str, str]
) -> None:
    from api.schemas.exports import DictionaryOut  # imported here: it slows down the start of other commands

    answer = client.get("/v1/exports")
    _check(answer)
    dictionary = DictionaryOut.model_validate(answer.json())
    available = [table.name for table in dictionary.tables]
    if unknown := [name for name in names if name not in available]:
        _give_up(f"Unknown table {', '.join(unknown)}. Tables: {', '.join(available)}.")
    out.mkdir(parents=True, exist_ok=True)
    chosen = [name for name in available if name in names or not names]
    console = Console()
    columns = (TextColumn("{task.description}"), DownloadColumn(), TransferSpeedColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        for number, name in enumerate(chosen, 1):
            task = progress.add_task(f"{number}/{len(chosen)} {name}", total=None)
            path = out / f"{name}.{form}"
            size = _fetch(
                client, f"/v1/exports/{name}.{form}", period, path, lambda n, t=task: progress.advance(t, n)
            )
            progress.remove_task(task)
            progress.print(f"{path.name:32} {_describe(path, form, size)}", highlight=False)
    _write(out / "dictionary.json", dictionary.model_dump_json(indent=2) + "\n")
    _write(out / "dictionary.md", f"# Data dictionary\n\n{dictionary.as_markdown()}")
    typer.echo(f"Wrote {len(chosen)} tables and their dictionary to {out}.")


def _fetch(client: httpx2.Client, path: str, period: dict[str, str], target: Path, progress: Any) -> int:
    """Download a file and return its size in bytes. A failed download leaves an existing file unchanged."""
    part = target.with_name(target.name + ".part")
    size = 0
    try:
        with client.stream("GET", path, params=period) as answer, part.open("wb") as file:
            if not answer.is_success:
                answer.read()
                _check(answer)
            for piece in answer.iter_bytes():
                size += file.write(piece)
                progress(len(piece))
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    except BaseException:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise
    return size


def _describe(path: Path, form: str, size: int) -> str:
    if form != "parquet":
        return f"{size:>12,} bytes"
    import pyarrow.parquet as pq

    return f"{size:>12,} bytes {pq.read_metadata(path).num_rows:>12,} rows"


def _write(path: Path, text: str) -> None:
    part = path.with_name(path.name + ".part")
    part.write_text(text)
    part.replace(path)


def _check(answer: httpx2.Response) -> None:
    if answer.is_success:
        return
    with suppress(ValueError, KeyError, TypeError):
        problem = answer.json()
        _give_up(f"The API says: {problem['detail']}. {problem['next_step']}")
    _give_up(
        f"{answer.url} responded with {answer.status_code}, which isn't from Homeroom. Check the address."
    )


def _moment(text: str) -> str:
    """A date or time in ISO 8601; UTC unless it has an offset."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        _give_up(f"{text!r} isn't a time. Use a form such as 2030-03-04 or 2030-03-04T12:00:00+01:00.")
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat()


def _local_url() -> str:
    return local_setting("HOMEROOM_PUBLIC_URL") or _give_up(ADDRESS_MISSING)


def _give_up(text: str) -> NoReturn:
    typer.echo(text, err=True)
    raise typer.Exit(1) from None
