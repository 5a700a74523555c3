# `make` lists what there is to do.
SHELL := /bin/bash
.DEFAULT_GOAL := help

# Tools that are not on every machine are installed here, once.
TOOLS := .tools
SAM := $(TOOLS)/python/bin/sam
DENY := $(TOOLS)/bin/cargo-deny
MOTO := $(TOOLS)/moto/bin/moto_server

PUBLIC_URL ?=
OWNER_NUMBER ?=
MAIN_NUMBER ?=
FLOW ?=
FUNCTION ?=
QUICK ?=
export PUBLIC_URL OWNER_NUMBER MAIN_NUMBER QUICK
export SAM_CLI_TELEMETRY := 0
export AWS_DEFAULT_REGION ?= us-east-1

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: console ## Build everything and run it here; FLOW=file.json answers calls, PUBLIC_URL=https://... uses the real Twilio
	cargo build --workspace --locked
	target/debug/local $(FLOW:%=--flow main=%)

.PHONY: token
token: ## Print an access token for the API that `make run` runs
	@target/debug/local token

.PHONY: console
console: console/dist/index.html ## Build the agents' page, if it has changed

console/dist/index.html: console/node_modules/.package-lock.json flows/main.json $(wildcard console/*.json console/*.ts console/*.html) $(shell find console/src -type f -not -name schema.d.ts)
	cd console && npm run --silent build

.PHONY: console-dev
console-dev: console/node_modules/.package-lock.json ## Show the agents' page as it is being changed, on the stack that `make run` runs
	cd console && npm run --silent dev

.PHONY: screenshots
screenshots: console ## Make the pictures of docs/console anew
	cargo build --workspace --locked
	simulator/page/tests/install-chromium.sh
	cd console && npm run --silent screenshots

.PHONY: test
test: console ## Build everything and run all tests
	cargo build --workspace --locked
	cd simulator/conformance && npm ci --ignore-scripts --omit=optional --no-audit --no-fund --silent && npm test
	cd simulator/page/tests && ./install-chromium.sh && npm ci --ignore-scripts --no-audit --no-fund --silent && npm test
	cd console && npm test --silent
	cargo test --workspace --locked
	local/conformance/run.sh
	$(MAKE) flex-plugin
	cd flex-plugin && npm run --silent test:functions
	$(MAKE) outside

.PHONY: outside
outside: $(SAM) $(MOTO) ## The built functions in SAM CLI's environment, and on Moto as on our own AWS
	$(TOOLS)/python/bin/python -B local/outside/sam_invoke.py
	$(TOOLS)/python/bin/python -B local/outside/moto_parity.py

.PHONY: flex-plugin
flex-plugin: flex-plugin/node_modules/.package-lock.json ## Check, build and test the Flex plugin
	cd flex-plugin && npm run --silent check && npm run --silent build && npm test --silent

.PHONY: check
check: $(SAM) $(DENY) console/node_modules/.package-lock.json ## Format, clippy, types of the page, licences and sources of dependencies, template
	python3 -B .ci/test_bootstrap.py
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- --deny warnings
	$(DENY) --offline check bans licenses sources
	cd console && npm run --silent check
	$(SAM) validate --lint --template template.yaml
	$(TOOLS)/python/bin/python .ci/check-template.py template.yaml

.PHONY: audit
audit: $(DENY) ## Known vulnerabilities of dependencies (fetches RustSec's database from GitHub)
	$(DENY) check advisories

# What is measured is what is deployed, and built in the same go. The stack that it is measured on is
# not; a whole `cargo build --workspace` and `target/debug/bench --quick` show whether all of it works.
.PHONY: bench
bench: ## Cold start, handling time, memory, size and round trips of each function as it is deployed
	cargo $$(python3 .ci/bootstrap.py cargo) --package bench-bare
	cargo build --profile quick --locked --package bench
	target/quick/bench target/$(or $(QUICK:%=quick),release)

.PHONY: load
load: ## A hundred conferences of four at once, and two hundred callers who wait, through the whole stack
	cargo build --workspace --locked
	target/debug/bench load
	target/debug/bench waiting

.PHONY: scale
scale: functions ## A page of the inbox and of a timeline, among 10 contacts and among 10,000 with 200,000 entries
	cargo build --profile quick --locked --package bench
	target/quick/bench scale target/$(or $(QUICK:%=quick),release)

.PHONY: events
events: $(SAM) ## Write events/*.json anew
	python3 events/generate.py
	$(TOOLS)/python/bin/python -B events/sam_local.py

# All functions in one go: a call of cargo for each builds the dependencies for each.
.PHONY: functions
functions: console
	cargo $$(python3 .ci/bootstrap.py cargo $(FUNCTION))

# QUICK is cargo's profile `quick`, for trying: a third of the time, larger binaries.
.PHONY: sam-build
sam-build: $(SAM) functions ## Build the functions as they are deployed; QUICK=1 for trying, FUNCTION=SmsSend for one
	FUNCTIONS_ARE_BUILT=1 $(SAM) build $(FUNCTION)

# What `sam build` calls for each function.
build-%:
	@python3 .ci/bootstrap.py build $* $(ARTIFACTS_DIR)

# On the data of `target/debug/local --host 0.0.0.0`. Needs a container engine with the image of
# Lambda's runtime. The keys are the function's own in that stack, which holds it to its Policies, and
# SAM CLI hands no keys of the developer's to it.
.PHONY: sam-invoke
sam-invoke: FUNCTION := $(or $(FUNCTION),IvrEntry)
sam-invoke: NAME = $(shell python3 .ci/bootstrap.py name $(FUNCTION))
sam-invoke: $(SAM) ## Hand a built function its event in Lambda's container: FUNCTION=IvrEntry
	env -u AWS_PROFILE -u AWS_SESSION_TOKEN \
		AWS_ACCESS_KEY_ID=$(NAME) AWS_SECRET_ACCESS_KEY=local-secret-access-key \
		$(SAM) local invoke $(FUNCTION) --event events/$(NAME).json \
		--env-vars events/sam-local.json --skip-pull-image \
		--add-host host.docker.internal:host-gateway

$(SAM): .ci/requirements.txt
	python3 -m venv $(TOOLS)/python
	$(TOOLS)/python/bin/pip install --quiet --disable-pip-version-check --requirement $<
	touch $@

$(MOTO): local/outside/requirements.txt
	python3 -m venv --clear $(TOOLS)/moto
	$(TOOLS)/moto/bin/pip install --quiet --disable-pip-version-check --no-deps --requirement $<
	touch $@

%/node_modules/.package-lock.json: %/package-lock.json
	cd $* && npm ci --ignore-scripts --no-audit --no-fund --silent
	touch $@

$(DENY):
	cargo install --quiet --locked --root $(TOOLS) cargo-deny --version 0.20.2
