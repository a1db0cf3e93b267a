"""Wall-clock minutes of the planning core to and from the text of `time` columns."""


def clock_text(local_min: int) -> str:
    """Minutes after midnight (0 to 1440) as HH:MM; 24:00 is the end of the day."""
    hours, minutes = divmod(local_min, 60)
    return f"{hours:02}:{minutes:02}"


def clock_minutes(text: str) -> int:
    """HH:MM or HH:MM:SS as minutes after midnight."""
    hours, minutes = text.split(":")[:2]
    return int(hours) * 60 + int(minutes)
