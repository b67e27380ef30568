# The service of docs/serve.md: trained generators over HTTP.
#
#   docker build -t pix2pix .
#   docker run --rm -p 127.0.0.1:8098:8098 -e PIX2PIX_TOKEN="$(openssl rand -hex 16)" -v "$PWD/checkpoints:/models:ro" pix2pix
FROM node:22-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
# The package as it is published, and ONNX Runtime for this platform, whose name is that of Node's platform.
RUN npm run --silent release:pack -- --out /packages \
  && mkdir /wanted \
  && cp /packages/pix2pix-ts-[0-9]*.tgz "/packages/pix2pix-ts-ort-$(node -p 'process.platform + "-" + process.arch')"-*.tgz /wanted/

FROM node:22-bookworm-slim
WORKDIR /app
RUN --mount=type=bind,from=build,source=/wanted,target=/wanted \
  npm install --ignore-scripts --no-audit --no-fund --omit=dev /wanted/*.tgz \
  && npm cache clean --force
ENV NODE_ENV=production
USER node
# Both for the service and for the check of its health.
ENV PIX2PIX_PORT=8098
EXPOSE 8098
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PIX2PIX_PORT + '/healthz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/node_modules/pix2pix-ts/bin/pix2pix.js", "serve", "--host", "0.0.0.0", "--checkpoints_dir", "/models"]
