# The room page.
FROM node:24-slim AS web
WORKDIR /web
COPY web/package.json web/package-lock.json web/.npmrc ./
RUN npm ci
COPY web ./
COPY console/static/tokens.css /console/static/
RUN npm run build

# The packages, from the lock file, without those of the stack on one machine.
FROM python:3.11-slim AS packages
RUN pip install --no-cache-dir uv
WORKDIR /app
COPY pyproject.toml uv.lock README.md ./
RUN uv sync --locked --no-default-groups --extra speech --no-install-project
COPY . .
RUN uv sync --locked --no-default-groups --extra speech

FROM python:3.11-slim
RUN useradd --create-home homeroom && install -d -o homeroom /var/spool/homeroom /home/homeroom/.cache
WORKDIR /app
COPY --from=packages /app /app
COPY --from=web /web/dist /app/web/dist
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1
USER homeroom
EXPOSE 8000
CMD ["uvicorn", "server:create_app", "--factory", "--http", "server:LimitedConnection", "--host", "0.0.0.0", "--port", "8000", "--no-proxy-headers"]
