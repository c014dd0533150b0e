"""The validator of research objects at work without a network: the words of RO-Crate 1.1 that our crates use are at hand."""

from __future__ import annotations

import io
import json
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

CONTEXT = "https://w3id.org/ro/crate/1.1/context"
SCHEMA = "http://schema.org/"
OTHERWISE = {"File": f"{SCHEMA}MediaObject", "conformsTo": "http://purl.org/dc/terms/conformsTo"}
# What RO-Crate takes from schema.org as it is; a word that is not here is none that the validator would know from us.
PLAIN = (
    *("CreativeWork", "CreateAction", "Dataset", "Person", "Organization", "SoftwareApplication", "about", "actionStatus"),
    *("agent", "contentSize", "datePublished", "description", "encodingFormat", "endTime", "hasPart", "instrument"),
    *(
        "license",
        "mentions",
        "name",
        "object",
        "result",
        "softwareRequirements",
        "softwareVersion",
        "startTime",
        "url",
        "version",
    ),
)
PROFILE = "process-run-crate-0.5"


def program() -> Path:
    """The validator of the package `roc-validator`, which is there or not."""
    return Path(sysconfig.get_path("scripts")) / "rocrate-validator"


def remembered(place: Path) -> Path:
    """A store of answers in which the validator finds the words of RO-Crate 1.1."""
    import requests
    from requests.adapters import BaseAdapter
    from requests_cache import CachedSession
    from urllib3 import HTTPResponse

    words = {"@context": {**OTHERWISE, **{word: SCHEMA + word for word in PLAIN}}}

    class Answer(BaseAdapter):
        def send(self, request: Any, *_: Any, **__: Any) -> requests.Response:
            raw = HTTPResponse(io.BytesIO(json.dumps(words).encode()), preload_content=False, status=200)
            answer = requests.Response()
            answer.status_code, answer.raw, answer.request, answer.url = 200, raw, request, request.url
            answer.headers["Content-Type"] = "application/ld+json"
            return answer

        def close(self) -> None:
            """Nothing is open."""

    with CachedSession(cache_name=str(place), backend="sqlite", expire_after=-1) as session:
        session.mount(CONTEXT, Answer())
        session.get(CONTEXT)
    return place


def validated(crate: Path, place: Path, severity: str = "required") -> tuple[int, dict[str, Any]]:
    """The validator's exit code and what it found."""
    words = ["validate", "--offline", "--cache-path", str(remembered(place / "answers")), "--no-paging", "-p", PROFILE]
    words += ["-l", severity, "-f", "json", "-o", str(place / "found.json"), str(crate)]
    told = subprocess.run([program(), *words], capture_output=True, text=True)
    assert (place / "found.json").is_file(), told.stdout + told.stderr
    return told.returncode, json.loads((place / "found.json").read_text())
