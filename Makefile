# `make run` builds everything and starts Sextant; `make test` installs what the tests need and runs them all.

# Where cargo puts what it installs, in case the shell does not look there.
export PATH := $(PATH):$(or $(CARGO_HOME),$(HOME)/.cargo)/bin

CARGO ?= cargo
NPM ?= npm
TARGET := $(or $(CARGO_TARGET_DIR),target)
UI_SOURCES := $(shell find ui -type f -not -path 'ui/node_modules/*' -not -path 'ui/dist/*' 2>/dev/null)

.PHONY: help build run test lint fmt bench ui clean reference test-rust test-ui test-browser

help: ## Lists the tasks
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

build: ui/dist/index.html ## Builds the release binary, target/release/sextant
	@scripts/need build
	$(CARGO) build --release --locked --package sextant

run: build ## Builds everything and starts Sextant
	@exec $(TARGET)/release/sextant serve $(ARGS)

ui: ui/dist/index.html ## Builds the web UI

ui/node_modules/.package-lock.json: ui/package-lock.json
	@scripts/need build
	cd ui && $(NPM) ci --no-audit --no-fund

ui/dist/index.html: ui/node_modules/.package-lock.json $(UI_SOURCES)
	cd ui && $(NPM) run build

test: test-rust test-ui test-browser ## Installs what the tests need and runs all tests

test-rust: ui/dist/index.html
	@scripts/need test
	$(CARGO) nextest run --workspace --locked

test-ui: ui/node_modules/.package-lock.json
	cd ui && $(NPM) test

test-browser: test-rust
	@scripts/need test
	scripts/test-browser

lint: ui/dist/index.html ## Formats, lints, licences, types
	@scripts/need lint
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings
	$(CARGO) deny --log-level error check licenses bans sources
	cd ui && $(NPM) run check

fmt: ## Formats the code
	$(CARGO) fmt --all

bench: build ## Measures what watching this host costs, beside node_exporter and Prometheus
	@scripts/need bench
	scripts/bench

reference: ## Writes the generated pages of docs/reference
	scripts/reference

clean: ## Removes what was built
	$(CARGO) clean
	rm -rf ui/dist ui/node_modules tests/browser/node_modules
