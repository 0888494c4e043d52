# The bot as one small image. compose.yaml runs it; README says how.
FROM python:3.13-slim AS build
RUN python -m venv /app
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY prompts prompts
COPY storage storage
RUN /app/bin/pip install --no-cache-dir .

FROM python:3.13-slim
# Without DATABASE_URL its SQLite files lie in XDG_DATA_HOME. Over Socket Mode too it answers on PORT,
# as that is set, for whoever asks how it is.
ENV PATH=/app/bin:$PATH PYTHONUNBUFFERED=1 XDG_DATA_HOME=/data PORT=3000
RUN useradd --system --no-create-home --uid 10001 sowhat && install -d -o sowhat -g sowhat /data
COPY --from=build /app /app
USER sowhat
WORKDIR /data
VOLUME /data
EXPOSE 3000
ENTRYPOINT ["sowhat"]
CMD ["serve"]
