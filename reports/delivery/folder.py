"""Lays a report into the folder that the operator named; nothing of its place comes from the report."""

import os
from dataclasses import dataclass
from pathlib import Path

from leadhand.errors import DeliveryFailed, RecipientRefused
from reports.form import Form
from reports.forms import render
from reports.report import Report
from storage.report_deliveries import ClaimedDelivery


@dataclass(frozen=True, slots=True)
class Folder:
    """`root` must be there: a share that is not mounted is not written beside. Blocking: use a thread."""

    root: Path

    def lay(self, tenant_id: str, delivery: ClaimedDelivery) -> Path:
        """Where it lies: `<root>/<shop>/<date>-<report id>.<ending>`; the same file for each attempt.

        Raises:
            RecipientRefused: never again. DeliveryFailed: try again later.
        """
        try:
            form = Form(delivery.target)
        except ValueError:
            raise RecipientRefused("The folder takes a form: html, pdf, md, xlsx, csv or json.") from None
        report = Report.from_json(delivery.content)
        file = render(report, form)
        ending = Path(file.name).suffix
        shop = self.root / tenant_id
        # A shop's name has letters, digits, - and _; the database sees to it, and so does this.
        if shop.parent != self.root or tenant_id in {".", ".."}:
            raise RecipientRefused("The shop's name is no name of a folder.")
        try:
            if not self.root.is_dir() or shop.is_symlink():
                raise DeliveryFailed("The folder of reports is not there.")
            shop.mkdir(exist_ok=True)
            place = shop / f"{report.as_of[:10]}-{delivery.report_id}{ending}"
            _write(place, file.body, beside=shop / f".{delivery.id}.part")
        except OSError:
            raise DeliveryFailed("The folder of reports cannot be written.") from None
        return place


def _write(place: Path, body: bytes, *, beside: Path) -> None:
    """Whole or not at all: readers of the folder never see a part."""
    with beside.open("wb") as part:
        part.write(body)
        part.flush()
        os.fsync(part.fileno())
    beside.replace(place)
