"""How a report reaches its recipients: by mail, to a webhook, into a folder."""
