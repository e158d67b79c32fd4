# syntax=docker/dockerfile:1
ARG SWIFT=6.3

FROM swift:${SWIFT}-bookworm AS build
WORKDIR /source
COPY scripts/setup scripts/setup
RUN scripts/setup
COPY Package.swift ./
COPY Sources Sources
COPY Tests Tests
RUN swift build -c release --static-swift-stdlib --product isntgram \
    && install -D "$(swift build -c release --show-bin-path)/isntgram" /out/isntgram \
    && strip /out/isntgram

FROM debian:bookworm-slim
COPY scripts/setup /tmp/setup
RUN /tmp/setup runtime && rm -rf /tmp/setup /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /data isntgram \
    && install -d -o isntgram -g isntgram -m 700 /data
COPY --from=build /out/isntgram /usr/local/bin/isntgram
USER isntgram
ENV ISNTGRAM_DATA=/data ISNTGRAM_HOST=0.0.0.0
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["isntgram", "health"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["isntgram"]
CMD ["serve"]
