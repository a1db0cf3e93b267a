"""/docs: Swagger UI from the installed wheel, with no request to any other host."""

from importlib.resources import files
from typing import Final, Literal, TypeAlias

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

router = APIRouter(include_in_schema=False)

Asset: TypeAlias = Literal["swagger-ui-bundle.js", "swagger-ui.css"]
_ASSETS: Final = files("fastapi_offline") / "static"
_MEDIA_TYPES: Final[dict[Asset, str]] = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
}
# Swagger UI styles its elements inline and draws its icons from data URLs; scripts are ours alone.
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# The assets change only with a release.
_ASSET_HEADERS: Final = {"cache-control": "public, max-age=86400"}

_PAGE: Final = """<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>Leadhand API</title>
  <link rel="icon" href="data:,">
  <link rel="stylesheet" href="docs/assets/swagger-ui.css">
</head>
<body>
  <div id="api"><noscript>This page needs JavaScript; the description itself is openapi.json.</noscript></div>
  <script src="docs/assets/swagger-ui-bundle.js"></script>
  <script src="docs/start.js"></script>
</body>
</html>
"""
_START: Final = """SwaggerUIBundle({
  url: "openapi.json", dom_id: "#api", deepLinking: true, displayRequestDuration: true,
  tryItOutEnabled: true, validatorUrl: null, syntaxHighlight: false,
  presets: [SwaggerUIBundle.presets.apis], layout: "BaseLayout",
});
"""


@router.get("/docs")
async def page() -> Response:
    return HTMLResponse(_PAGE, headers={"content-security-policy": _POLICY})


@router.get("/docs/start.js")
async def start_script() -> Response:
    return Response(_START, media_type="text/javascript")


@router.get("/docs/assets/{name}")
async def asset(name: Asset) -> Response:
    body = (_ASSETS / name).read_bytes()
    return Response(body, media_type=_MEDIA_TYPES[name], headers=_ASSET_HEADERS)
