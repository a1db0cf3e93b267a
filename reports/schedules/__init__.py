"""When a report is due: local periods, presets and cron, and which of them are run after an outage."""
