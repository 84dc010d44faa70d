# syntax=docker/dockerfile:1
# One image for every process of docs/operations.md; compose.yaml and deploy/kubernetes say which it is. Nothing of the
# machine's architecture is named: everything native comes from wheels, pinned with their hashes.
ARG PYTHON_IMAGE=python:3.11-slim-bookworm
ARG NODE_IMAGE=node:22-bookworm-slim

# ---- The pages and the SDK as one file
FROM ${NODE_IMAGE} AS pages
WORKDIR /source/clients/js
COPY clients/js/package.json clients/js/package-lock.json ./
RUN npm install --no-save --no-audit --no-fund --loglevel error
COPY clients/js ./
RUN npm run build && npm run static
WORKDIR /source/demo
COPY demo/package.json demo/package-lock.json ./
RUN npm install --no-save --no-audit --no-fund --loglevel error
COPY demo ./
RUN npm run build

# ---- The packages, and Mediadock among them
FROM ${PYTHON_IMAGE} AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/mediadock
ENV PATH=/opt/mediadock/bin:$PATH
WORKDIR /source
COPY requirements requirements
RUN pip install --require-hashes -r requirements/build.txt \
    && pip install --require-hashes --no-build-isolation -r requirements/server.txt
COPY pyproject.toml README.md LICENSE ./
COPY src src
COPY --from=pages /source/src src
RUN pip install --no-deps --no-build-isolation . \
    && pip uninstall --yes hatchling \
    && python -m compileall -q /opt/mediadock/lib

# ---- What runs: no compiler, no Node, no package index, nobody's password
FROM ${PYTHON_IMAGE}
LABEL org.opencontainers.image.title="Mediadock" \
      org.opencontainers.image.description="Self-hosted media uploads and processing" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN groupadd --gid 10001 mediadock \
    && useradd --uid 10001 --gid mediadock --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin mediadock \
    && install --directory --owner mediadock --group mediadock --mode 0700 /var/tmp/mediadock
# A new volume takes its owner from the folder that it is put over, and is root's where the image has none.
COPY --from=packages /opt/mediadock /opt/mediadock
ENV PATH=/opt/mediadock/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=mediadock.server.settings
WORKDIR /tmp
USER 10001:10001
EXPOSE 8000 8001
# Of the web process; the others are asked by compose.yaml and deploy/kubernetes.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "1", "--blocking-threads", "4", "mediadock.server.wsgi:application"]
