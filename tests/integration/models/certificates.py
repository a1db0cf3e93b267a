"""Certificates for servers on loopback, good for a day."""

import datetime
import ipaddress
import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

KEY_SUFFIX = ".key"


def write_certificate(path: Path, *, address: str, issuer: Path | None = None) -> Path:
    """A certificate for `address`, an IP address or a name, at `path`; its key beside it.

    Of `issuer`, which is such a certificate, or its own issuer.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, path.stem)])
    signed_by, signed_with = (name, key) if issuer is None else _read(issuer)
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(signed_by)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([_called(address)]), critical=False)
        .add_extension(
            x509.BasicConstraints(ca=issuer is None, path_length=0 if issuer is None else None), critical=True
        )
        .sign(signed_with, hashes.SHA256())
    )
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    _key_of(path).write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


def _called(address: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(address))
    except ValueError:
        return x509.DNSName(address)


def _read(path: Path) -> tuple[x509.Name, ec.EllipticCurvePrivateKey]:
    """The name of whom the certificate is for, and its key."""
    key = serialization.load_pem_private_key(_key_of(path).read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return x509.load_pem_x509_certificate(path.read_bytes()).subject, key


def _key_of(path: Path) -> Path:
    return path.with_name(path.name + KEY_SUFFIX)


def server_tls(certificate: Path) -> ssl.SSLContext:
    """What a server with this certificate speaks."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, _key_of(certificate))
    return context
