"""A real Chromium without a window, driven by its command line alone."""

import json
import os
import shutil
import subprocess
from html import escape, unescape
from pathlib import Path

import pytest

from leadhand.errors import JsonValue

NAMES = ("chromium", "chromium-browser", "google-chrome")
TIMEOUT_S = 100
# What a page is asked once it stands: how wide it is, and what of it is not as it should be.
MEASURE = """
<!doctype html><meta charset="utf-8"><pre id="found"></pre>
<iframe id="page" style="width:{width}px;height:900px;border:0" srcdoc="{page}"></iframe>
<script>
window.onload = () => {{
  const page = document.getElementById("page").contentDocument, images = [...page.images];
  const beyond = [...page.body.querySelectorAll("*")].filter((element) =>
    element.getBoundingClientRect().right > {width} + 1 && !element.closest("figure") &&
    getComputedStyle(element).position !== "absolute" && !element.closest("thead"));
  document.getElementById("found").textContent = JSON.stringify({{
    width: page.documentElement.scrollWidth,
    images: images.map((image) => image.naturalWidth),
    beyond: beyond.map((element) => element.outerHTML.slice(0, 120)),
    text: page.body.innerText,
    scripts: page.scripts.length,
    tables: page.querySelectorAll("table").length,
    smallest: Math.min(...[...page.querySelectorAll("p,td,dd,dt,li")].map((element) =>
      parseFloat(getComputedStyle(element).fontSize))),
  }});
}};
</script>
"""


def chromium() -> str:
    """The program; fails the test run where there is none."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.fail("no Chromium here: install Debian's (apt-get install chromium), or set CHROMIUM to one")
    return found


def run(folder: Path, *arguments: str) -> str:
    """What Chromium prints. Its profile is a folder of its own; as root it has no sandbox to enter."""
    alone = ["--no-sandbox"] if os.geteuid() == 0 else []
    profile = f"--user-data-dir={folder / 'profile'}"
    command = [chromium(), "--headless", "--disable-gpu", "--hide-scrollbars", profile, *alone, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    assert done.returncode == 0, done.stderr[-2_000:]
    return done.stdout


def measured(folder: Path, page: bytes, width: int) -> dict[str, JsonValue]:
    """How the page stands in a window of that width in CSS pixels."""
    frame = folder / f"at-{width}.html"
    frame.write_text(MEASURE.format(width=width, page=escape(page.decode(), quote=True)), encoding="utf-8")
    dom = run(folder, "--window-size=1300,1000", "--dump-dom", frame.as_uri())
    found = dom.partition('<pre id="found">')[2].partition("</pre>")[0]
    assert found, "the page never stood"
    answer: dict[str, JsonValue] = json.loads(unescape(found))
    return answer


def printed(folder: Path, page: bytes) -> bytes:
    """The PDF that Chromium prints of it."""
    source, target = folder / "page.html", folder / "page.pdf"
    source.write_bytes(page)
    run(folder, "--no-pdf-header-footer", f"--print-to-pdf={target}", source.as_uri())
    return target.read_bytes()
