# make run     a whole demo district from one command
# make test    everything that must pass; the same as make check
# make help    the rest

SHELL := /bin/sh
.SHELLFLAGS := -eu -c
.ONESHELL:
.DEFAULT_GOAL := help

TARGET := $(or $(CARGO_TARGET_DIR),target)
DEMO_DIR ?= data/demo
LISTEN ?= 127.0.0.1:8080
RESIDENTS ?= 20000
FEATURES := linli-interop/pdf

.PHONY: help
help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /\1\t/' | expand -t 14

.PHONY: run
run: ## Make (once) and serve the demo district; keeps its data in data/demo
	@scripts/need.sh run
	echo "Building the style sheets and scripts (web/dist) …"
	$(MAKE) --no-print-directory web
	echo "Building linli; the first time takes about a quarter of an hour on two cores …"
	cargo build --locked -p linli
	exec $(TARGET)/debug/linli demo --dir $(DEMO_DIR) --listen $(LISTEN) --residents $(RESIDENTS)

.PHONY: test check
test: check ## Everything that must pass
check: ## The same
	@scripts/need.sh test
	$(MAKE) --no-print-directory lint web-check test-rust doc journeys

.PHONY: lint
lint: web ## Format, clippy, tidy, licences (where cargo-deny is installed)
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets --features $(FEATURES) -- -D warnings
	cargo xtask tidy
	if command -v cargo-deny >/dev/null; then cargo deny check; else echo "cargo-deny is not installed: licences were not checked"; fi

.PHONY: test-rust
test-rust: web ## Unit, property and integration tests on memory, SQLite and PostgreSQL; doctests
	@export LINLI_REQUIRE_POSTGRES=1 INSTA_UPDATE=no
	if cargo nextest --version >/dev/null 2>&1; then
		cargo nextest run --locked --workspace --features $(FEATURES) --no-fail-fast
	else
		echo "cargo-nextest is not installed: running the same tests with cargo test"
		cargo test --locked --workspace --features $(FEATURES) --bins --lib --tests
	fi
	cargo test --locked --workspace --features $(FEATURES) --doc

.PHONY: doc
doc: ## The documentation, without a warning
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --workspace --no-deps --document-private-items

.PHONY: web
web: web/node_modules/.installed ## Style sheets and scripts into web/dist
	cd web && npm run --silent build

web/node_modules/.installed: web/package-lock.json
	cd web && npm ci --no-audit --no-fund --silent
	touch node_modules/.installed

.PHONY: web-check
web-check: web ## TypeScript types and tests
	cd web && npm run --silent check && npm test --silent

.PHONY: journeys
journeys: web journeys/node_modules/.installed ## The seven walks in a browser, with JavaScript on and off
	cargo build --locked --workspace --all-targets --features $(FEATURES)
	cd journeys && LINLI_BIN="$(abspath $(TARGET))/debug/linli" npm test --silent

journeys/node_modules/.installed: journeys/package-lock.json
	cd journeys && npm ci --no-audit --no-fund --silent
	touch node_modules/.installed

.PHONY: bench
bench: web ## The figures of benches/README.md, each beside its limit
	cargo build --locked --release -p linli -p linli-benches
	$(TARGET)/release/linli-benches --dir $(TARGET)/bench-data all

.PHONY: fuzz
fuzz: ## Every reader of outside bytes under libFuzzer: make fuzz MINUTES=5 [READERS="budget_file …"]
	scripts/fuzz.sh $(or $(MINUTES),1) $(READERS)

.PHONY: torture
torture: web ## 200 rounds of kill -9 under load: nothing acknowledged may be lost
	cargo build --locked --release -p linli -p linli-benches
	$(TARGET)/release/linli-benches --dir $(TARGET)/bench-data torture --rounds 200

.PHONY: torture-network
torture-network: web ## Three nodes, kill -9 and cut lines for 30 minutes: nothing lost, nothing doubled
	cargo build --locked --release -p linli -p linli-benches
	$(TARGET)/release/linli-benches --dir $(TARGET)/bench-data torture-network --minutes 30

.PHONY: torture-disk
torture-disk: ## Power cuts at 10,000 points, a disk that is full or fails at 1,000 each
	LINLI_POWER_CUTS=10000 LINLI_DISK_FULLS=1000 LINLI_DISK_ERRORS=1000 \
		cargo test --locked -p linli-journal --test it disk:: -- --nocapture

.PHONY: pictures
pictures: web journeys/node_modules/.installed ## Take the pictures of the README from a demo
	LINLI_BIN="$${LINLI_BIN:-$(abspath $(TARGET))/debug/linli}" LINLI_RESIDENTS=20000 node scripts/pictures.mjs
