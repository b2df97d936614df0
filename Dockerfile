# One image for API, worker and migrations; docker-compose.yml gives each its command. TypeScript runs as it is.
FROM node:24.21.0-bookworm-slim AS base
WORKDIR /app

FROM base AS packages
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev
COPY prisma.config.ts ./
COPY prisma/schema.prisma prisma/
# Only the client is generated here; the command wants an engine to be named even though it does not start it.
RUN PRISMA_SCHEMA_ENGINE_BINARY=/bin/true npx prisma generate

FROM base AS aider
RUN apt-get update \
  && apt-get install --yes --no-install-recommends python3 python3-venv \
  && rm -rf /var/lib/apt/lists/*
ARG AIDER_VERSION=0.86.2
RUN python3 -m venv /opt/aider \
  && /opt/aider/bin/pip install --no-cache-dir "aider-chat==${AIDER_VERSION}"
ARG LIZARD_VERSION=1.24.3
RUN python3 -m venv /opt/lizard \
  && /opt/lizard/bin/pip install --no-cache-dir "lizard==${LIZARD_VERSION}"

FROM base
RUN apt-get update \
  && apt-get install --yes --no-install-recommends bubblewrap ca-certificates git python3 \
  && rm -rf /var/lib/apt/lists/* \
  && mkdir -p /var/lib/ratchet /var/cache/ratchet \
  && chown node:node /var/lib/ratchet /var/cache/ratchet
COPY --from=aider /opt/aider /opt/aider
COPY --from=aider /opt/lizard /opt/lizard
COPY --from=packages /app/node_modules node_modules
COPY . .
COPY --from=packages /app/prisma/generated prisma/generated
ENV NODE_ENV=production
USER node
EXPOSE 4747
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=6 \
  CMD ["node", "docker/check-health.mjs", "http://127.0.0.1:4747/readyz"]
CMD ["node", "api/main.ts"]
