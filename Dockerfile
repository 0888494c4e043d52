# The bot as one small image; docs/how-to/docker.md says how to build, run, pin and check it.
#
# The base follows its security updates. To hold it still, give it with its digest:
#   docker build --build-arg PYTHON_IMAGE=python:3.13-slim-trixie@sha256:… .
ARG PYTHON_IMAGE=python:3.13-slim-trixie

FROM ${PYTHON_IMAGE} AS build
ENV PIP_NO_CACHE_DIR=1
RUN python -m venv --without-pip /app && python -m venv /build
WORKDIR /src
COPY requirements.lock requirements-build.lock ./
# Only wheels, and only those whose hash stands in the lock: no source is built here but our own.
RUN pip --python /app/bin/python install --no-compile --require-hashes --only-binary :all: -r requirements.lock \
    && pip --python /build/bin/python install --require-hashes --only-binary :all: -r requirements-build.lock
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY prompts prompts
COPY storage storage
RUN pip --python /build/bin/python wheel --no-build-isolation --no-deps --wheel-dir /wheels . \
    && pip --python /app/bin/python install --no-compile --no-index --no-deps /wheels/*.whl \
    && python -m compileall -q --invalidation-mode unchecked-hash /app/lib

FROM ${PYTHON_IMAGE}
LABEL org.opencontainers.image.title="So What" \
      org.opencontainers.image.description="A Slack bot that coaches quality improvement plans until their impact on learners can be checked." \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="MIT"
# Without DATABASE_URL its SQLite files lie in XDG_DATA_HOME. Over Socket Mode too it answers on PORT,
# as that is set, for whoever asks how it is.
ENV PATH=/app/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    XDG_DATA_HOME=/data \
    PORT=3000
# Nothing that installs packages stays. Bytecode, which a root file system that is only read cannot
# gain later, saves a quarter of a start.
RUN python -m pip uninstall --yes --quiet --root-user-action ignore pip \
    && rm -rf "$(python -c 'import os, ensurepip; print(os.path.dirname(ensurepip.__file__))')" \
    && python -m compileall -q --invalidation-mode unchecked-hash "$(python -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')" \
    && groupadd --gid 10001 sowhat \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin sowhat \
    && install -d -o sowhat -g sowhat /data
COPY --from=build /app /app
# By number, so that Kubernetes can see that it is not root.
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 3000
# Not by urllib, which would ask a proxy of the environment.
HEALTHCHECK --interval=15s --timeout=5s --retries=3 --start-period=40s CMD ["python", "-c", "import http.client, os, sys; asked = http.client.HTTPConnection('127.0.0.1', int(os.environ['PORT']), timeout=4); asked.request('GET', '/readyz'); sys.exit(asked.getresponse().status != 200)"]
ENTRYPOINT ["sowhat"]
CMD ["serve"]
