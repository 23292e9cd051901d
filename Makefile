# The one entry point for people and CI. `make help` lists it.
.DEFAULT_GOAL := help
URL ?= http://localhost:8080
TOKEN_FILE ?= admin.pat
GENERATE ?= 10000
.PHONY: help generate run test check openapi clients-from-document conformance lint schema bench bench-search crash

help: ## This list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 24

run: ## Build and start the server on bailey.db with an example organisation
	cargo run --release -p bailey -- serve --example --admin-pat-file admin.pat

test: ## Every test; with PostgreSQL where BAILEY_TEST_POSTGRES names one
	@test -n "$$BAILEY_TEST_POSTGRES" || echo "BAILEY_TEST_POSTGRES is not set: the PostgreSQL tests are skipped"
	cargo test --workspace

generate: ## Generated requests of another seed or number, told by operation: make generate GENERATE=… SEED=…
	BAILEY_GENERATE=$(GENERATE) BAILEY_SEED=$(or $(SEED),1) cargo test --workspace --test all generated:: -- --nocapture

check: ## Format, lints (warnings denied), licences and sources
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	cargo deny check licenses bans sources

openapi: ## Write openapi/*.json from the handlers
	cargo build -q --workspace --bins
	target/debug/bailey openapi 3.0 > openapi/management.json
	target/debug/bailey openapi 3.1 > openapi/management-3.1.json

clients-from-document: ## Validate the documents; make three clients, compile them, one call each (Node, Python, Java)
	tools/clients/run.sh

conformance: ## Play the fixtures against a running server: make conformance URL=… TOKEN_FILE=…
	cargo build -q --workspace --bins
	target/debug/conformance run --base-url $(URL) --token-file $(TOKEN_FILE)

lint: ## Check every fixture without a server
	cargo build -q --workspace --bins
	target/debug/conformance lint

schema: ## Write the JSON Schema of the fixture format
	cargo build -q --workspace --bins
	target/debug/conformance schema > fixtures/schema.json

bench: ## Measure against a bare handler and the disk: make bench ARGS="--users 2000" (needs wrk)
	cargo build --release -p bailey --bins --example bare
	python3 bench/bench.py --server target/release/bailey --bare target/release/examples/bare $(ARGS)

bench-search: ## Measure searches among 1,000, 100,000 and 1,000,000 users (needs 5 GB of disk)
	cargo build --release -p bailey --bins
	python3 bench/search.py --server target/release/bailey $(ARGS)

crash: ## 200 times kill -9 under concurrent writes; nothing acknowledged may be lost
	cargo build --release -p bailey --bins
	python3 bench/crash.py --server target/release/bailey $(ARGS)
