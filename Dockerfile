# syntax=docker/dockerfile:1
# Paymaster in a container. With DATABASE_URL it serves from that PostgreSQL (see compose.yaml); without one it
# starts its private PostgreSQL in /data, which is right for a trial.

FROM node:24-bookworm-slim AS build
WORKDIR /app
# What is installed depends on these alone: a change of the sources keeps this layer.
COPY package.json package-lock.json ./
COPY packages/contract/package.json packages/contract/
COPY packages/engine/package.json packages/engine/
COPY packages/server/package.json packages/server/
COPY packages/client/package.json packages/client/
COPY packages/fleet/package.json packages/fleet/
COPY packages/mcp/package.json packages/mcp/
COPY packages/console/package.json packages/console/
COPY packages/cli/package.json packages/cli/
COPY packages/cli/bin packages/cli/bin
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.base.json ./
COPY packages packages
RUN npm run build \
  && npm prune --omit=dev --no-audit --no-fund \
  && find packages \( -name test -o -name browser -o -name '*.tsbuildinfo' \) -prune -exec rm -rf {} +

FROM node:24-bookworm-slim
ENV NODE_ENV=production \
    PAYMASTER_DATA_DIR=/data \
    PAYMASTER_LOG_FORMAT=json \
    PAYMASTER_REQUEST_LOG=all
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/packages packages
# The image's own unprivileged user; the directory holds secrets (and the private PostgreSQL).
RUN mkdir --mode=0700 /data && chown node:node /data
USER node
VOLUME /data
# 8080: everything that is served. 9464: metrics, with --metrics 0.0.0.0:9464.
EXPOSE 8080 9464
STOPSIGNAL SIGTERM
# Whether the process answers: a database that is away is waited for, not cured by a restart.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 8080}/healthz`).then((a) => process.exit(a.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "packages/cli/bin/paymaster.js"]
CMD ["serve", "--host", "0.0.0.0"]
