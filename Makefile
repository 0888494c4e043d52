# What everyone uses: the README, CONTRIBUTING and .ci/run name these targets.
PYTHON ?= python

.PHONY: test lint fix docs pictures audit lock sbom bench chaos weigh evals fuzz coverage mutation

test:
	$(PYTHON) -m pytest

lint:
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy
	$(PYTHON) -c "from importlinter.cli import lint_imports; raise SystemExit(lint_imports())"

fix:
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .

# Writes docs/reference anew from the code.
docs:
	$(PYTHON) -m tests.docs.reference

# The pictures of the first tutorial; needs Chromium.
pictures:
	$(PYTHON) -m tests.docs.pictures

# The three below need the extra "audit", best in a virtual environment of its own.

audit:
	$(PYTHON) .ci/audit_packages.py
	$(PYTHON) .ci/audit_secrets.py
	$(dir $(shell command -v $(PYTHON)))hadolint Dockerfile
	$(PYTHON) -m kubernetes_validate --strict --quiet deploy/kubernetes/*.yaml

# What the image installs, with licences, as CycloneDX: in a virtual environment made for it.
sbom:
	$(PYTHON) -m venv --clear --without-pip .venv-sbom
	$(PYTHON) -m pip --python .venv-sbom/bin/python install -q --require-hashes --only-binary :all: -r requirements.lock
	$(PYTHON) -m cyclonedx_py environment --output-reproducible --pyproject pyproject.toml \
	  --output-file sbom.cdx.json .venv-sbom

# Writes the locks anew from pyproject.toml, with the versions they have as far as they still fit;
# make lock LOCK=--upgrade takes the newest that fit.
lock:
	$(PYTHON) -m uv pip compile --no-config --quiet $(LOCK) --universal --python-version 3.11 \
	  --generate-hashes --custom-compile-command "make lock" \
	  --output-file requirements.lock pyproject.toml
	$(PYTHON) -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['build-system']['requires'], sep='\\n')" \
	  | $(PYTHON) -m uv pip compile --no-config --quiet $(LOCK) --universal --python-version 3.11 \
	  --generate-hashes --custom-compile-command "make lock" --no-annotate \
	  --output-file requirements-build.lock -

# Writes the figures of docs/performance.md anew; half an hour in which nothing else should run.
bench:
	$(PYTHON) -m tests.benchmarks.page

# Faults, on the real program: docs/chaos.md. It ends with 1 where anything was lost or doubled.
chaos:
	$(PYTHON) -m tests.chaos

# Works the points of the reader out anew from the cases for building; needs the extra "weigh".
weigh:
	$(PYTHON) -m tests.evals.weigh

# With COACH=openai the model of the settings is asked; its two tables belong together, whatever the
# first says. The cases held back stay back: python -m tests.evals.run --coach openai --held.
evals:
ifeq ($(COACH),)
	$(PYTHON) -m tests.evals.run
	$(PYTHON) -m tests.evals.personas
	$(PYTHON) -m tests.evals.run --held
else
	@code=0; for part in run personas; do \
	  echo "$(PYTHON) -m tests.evals.$$part --coach $(COACH)"; \
	  $(PYTHON) -m tests.evals.$$part --coach $(COACH) || code=$$?; \
	  [ $$code -ne 2 ] || break; \
	done; exit $$code
endif

# Broken input in numbers, at every door; what goes wrong is written into fuzz-failures. The
# harnesses of atheris are run where it is installed (the extra "fuzz").
INPUTS ?= 100000
SEED ?= 1
fuzz:
	$(PYTHON) -m tests.fuzz --inputs $(INPUTS) --seed $(SEED) --atheris 20000

# Both need the extra "quality". The suite takes longer while it is measured.
coverage:
	$(PYTHON) -m coverage erase
	$(PYTHON) -m coverage run -m pytest
	$(PYTHON) -m coverage combine -q
	$(PYTHON) -m tests.coverage_table

# Of the size SAMPLE, drawn with SEED: make mutation SAMPLE=1000 SEED=7.
SAMPLE ?= 600
mutation:
	$(PYTHON) -m tests.mutation --sample $(SAMPLE) --seed $(SEED)
