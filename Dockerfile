# One image for API and worker; docker-compose.yml says which is which.
FROM node:24-bookworm-slim
WORKDIR /isogloss
ENV NODE_ENV=production
COPY package.json package-lock.json .npmrc setup.mjs prisma.config.ts ./
COPY prisma ./prisma
# setup.mjs installs without running any package's script and generates the Prisma client.
RUN node setup.mjs && npm cache clean --force
COPY . .
RUN mkdir -p /data && chown node:node /data
USER node
ENV ISOGLOSS_HOME=/data HOST=0.0.0.0 PORT=4000
VOLUME /data
EXPOSE 4000
CMD ["node", "src/main.ts", "api"]
