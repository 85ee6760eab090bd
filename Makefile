# The chores of Wangge. CI calls the same verbs.
PYTHON ?= python3
RUN := .venv/bin

# Without stored bytecode each of the many processes compiles a thousand modules again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo setup setup-tests kernels test check audit bench bench-partition bench-walking bench-tiles serve fuzz fuzz-api db-stop clean

demo: setup ## Everything, with the sample, on this machine; Ctrl-C stops it.
	@exec $(RUN)/wangge demo

setup: ## What is missing: PostGIS, Python and front-end packages.
	@$(PYTHON) -m ops.bootstrap

setup-tests:
	@$(PYTHON) -m ops.bootstrap --tests

test: setup-tests ## Every test, with a PostGIS and a Chromium of its own.
	$(RUN)/pytest -q -n 2 --dist worksteal --durations 15 $(ARGS)

kernels: setup ## Compile what Numba compiles; without it whoever needs it first waits.
	@$(RUN)/python -m ops.kernels

check: setup ## Style, types, import contracts.
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/mypy
	PATH="$(CURDIR)/$(RUN):$$PATH" lint-imports
	$(RUN)/python -m ops.web_packages
	@$(RUN)/python -m ops.advisories 8

audit: setup ## Known faults of the packages, by pip-audit and npm audit; tells, never fails.
	@$(RUN)/python -m ops.advisories

bench: setup ## Measure; results stand in bench/*.md.
	$(RUN)/python -m bench $(ARGS)

bench-partition: setup ## The division engine beside METIS and GerryChain: make bench-partition ARGS="--only towns".
	@$(PYTHON) -m ops.bench_packages
	$(RUN)/python -m bench.partition --write $(ARGS)

bench-walking: setup ## Walking circles beside pandana, scipy and Valhalla: make bench-walking ARGS="--only city".
	@$(PYTHON) -m ops.bench_packages
	$(RUN)/python -m bench.walking --write $(ARGS)

bench-tiles: setup ## Map faces beside bare SQL and tipg: make bench-tiles ARGS="--only cold".
	@$(PYTHON) -m ops.bench_packages tipg
	$(RUN)/python -m bench.tiles --write $(ARGS)

serve: setup ## Serve what the database holds.
	@$(RUN)/wangge migrate && exec $(RUN)/wangge serve

fuzz: setup ## Damaged files by the thousand: make fuzz ARGS="--count 20000".
	$(RUN)/python -m tests.fuzz $(ARGS)

fuzz-api: setup-tests ## Requests by the thousand, made from the OpenAPI document: make fuzz-api ARGS=2000.
	WANGGE_FUZZ_EXAMPLES=$(or $(ARGS),300) $(RUN)/bin/pytest -q --timeout 0 tests/api/test_any_request.py

db-stop: ## Stop the private PostGIS.
	@$(RUN)/wangge db stop

clean: ## Remove what the set-up made, but not the data: see wangge db reset.
	rm -rf .venv .wangge/uv-* .wangge/node maps/web/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
