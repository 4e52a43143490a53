"""Serves the page of the API's description at `/v1/docs`: Swagger UI, whose files are built into `web/dist/vendor`."""

from fastapi import FastAPI
from fastapi.responses import HTMLResponse, Response

from api.http.security_headers import PAGE
from api.routes.room_page import DIST

ADDRESS = "/v1/docs"
_FILES = "/static/room/vendor"
_NOT_BUILT = (
    "<!doctype html><title>Homeroom API</title><p>The page is not built. Run <code>homeroom setup</code>. "
    'The description is at <a href="/v1/openapi.json">/v1/openapi.json</a>.'
)
_PAGE = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Homeroom API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{_FILES}/swagger-ui.css">
</head>
<body>
<div id="description"></div>
<script src="{_FILES}/swagger-ui-bundle.js"></script>
<script src="{ADDRESS}/start.js"></script>
</body>
</html>
"""
# Without `validatorUrl`, Swagger UI sends the description's address to a public validator. With all groups open, it
# takes many seconds to show the operations.
_START = """SwaggerUIBundle({
  url: "/v1/openapi.json",
  dom_id: "#description",
  deepLinking: true,
  docExpansion: "none",
  filter: true,
  persistAuthorization: false,
  validatorUrl: null,
  defaultModelsExpandDepth: -1,
});
"""


def install(app: FastAPI) -> None:
    @app.get(ADDRESS, include_in_schema=False)
    async def description() -> Response:
        if not (DIST / "vendor" / "swagger-ui-bundle.js").exists():
            return HTMLResponse(_NOT_BUILT, status_code=503, headers=PAGE)
        return HTMLResponse(_PAGE, headers=PAGE)

    @app.get(f"{ADDRESS}/start.js", include_in_schema=False)
    async def start() -> Response:
        return Response(_START, media_type="text/javascript", headers=PAGE)
