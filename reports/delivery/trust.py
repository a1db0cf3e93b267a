"""Whose certificates count when a report is sent: those of the system, or what the environment names."""

import ssl

import httpx2


def trusted() -> ssl.SSLContext:
    """As `SSL_CERT_FILE` or `SSL_CERT_DIR` name them; else the system's.

    Raises:
        OSError: what they name cannot be read.
    """
    return httpx2.create_ssl_context()
