# The whole list of commands: `make help`.
.DEFAULT_GOAL := help
.PHONY: help demo demo-reset demo-code demo-run rehearsal rehearsal-code rehearsal-night rehearsal-end check-reglementation manage test endure bench lint format lock sbom

# What one process has compiled is read by those that come after it: tests start hundreds.
export PYTHONPYCACHEPREFIX := $(CURDIR)/var/pycache
unexport PYTHONDONTWRITEBYTECODE

python := .venv/bin/python
runtime := @tools/environment.sh runtime
tests := @tools/environment.sh test

help: ## Affiche cette liste
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | awk -F'\t' '{ printf "  make %-20s %s\n", $$1, $$2 }'

demo: ## Prépare et lance la démonstration (PORT=8000, HOST=127.0.0.1) ; Ctrl-C l'arrête
	$(runtime)
	@$(python) -m tools.demo

demo-reset: ## Oublie les données de la démonstration
	$(runtime)
	@$(python) -m tools.demo reset

demo-code: ## Donne le code de connexion d'un agent de la démonstration (WHO=adresse)
	$(runtime)
	@$(python) -m tools.demo code "$(WHO)"

demo-run: ## Lance une commande de l'exploitant sur la démonstration qui tourne (ARGS="journal verify")
	$(runtime)
	@$(python) -m tools.demo run $(ARGS)

rehearsal: ## Répète une campagne sur une copie des réglementations (AT=2027-01-12T08:00, FILES="cap.yaml", PEOPLE=60, PORT=8000) ; Ctrl-C efface tout
	$(runtime)
	@$(python) -m tools.rehearsal play "$(AT)" $(FILES)

rehearsal-code: ## Donne le code de connexion d'un agent de la répétition (WHO=adresse)
	$(runtime)
	@$(python) -m tools.rehearsal code "$(WHO)"

rehearsal-night: ## Passe la nuit dans la répétition qui tourne : ses travaux à leurs heures, puis le matin
	$(runtime)
	@$(python) -m tools.rehearsal night

rehearsal-end: ## Efface ce qu'une répétition interrompue a laissé
	$(runtime)
	@$(python) -m tools.rehearsal end

check-reglementation: ## Dit ce qui ne va pas dans un fichier de réglementation, la démonstration tournant (FILE=cap.yaml)
	$(runtime)
	@if [ -f "$(FILE)" ]; then $(python) -m tools.demo check "$(FILE)"; else $(python) -m tools.demo check $(FILE); fi

manage: ## Lance une commande qui ne lit pas la base (ARGS="makemigrations registrations --name arrival")
	$(tests)
	@DATABASE_URL=$${DATABASE_URL:-postgresql://nobody@127.0.0.1:1/none} DJANGO_SETTINGS_MODULE=config.settings_test \
		$(python) -W ignore::RuntimeWarning -m sporades $(ARGS)

test: ## Lance tous les tests (ARGS="tests/journal -k scelle" en choisit)
	$(tests)
	@$(python) -m tools.test $(ARGS)

endure: ## Lance les épreuves d'endurance et de coupure, à leur pleine mesure
	$(tests)
	@SPORADES_ENDURE=1 $(python) -m tools.test -n 0 -m endurance $(ARGS)

bench: ## Mesure les temps de réponse et les débits, et les compare à un plancher
	$(tests)
	@$(python) -m tools.postgres run var/bench/postgresql -- $(python) -m benchmarks $(ARGS)

lint: ## Vérifie forme, fautes, types, imports, migrations et gabarits
	$(tests)
	@tools/lint.sh

format: ## Met le code en forme
	$(tests)
	@.venv/bin/ruff format && .venv/bin/ruff check --fix-only
	@find sporades -path '*/templates/*.html' -print0 | xargs -0 -r .venv/bin/djade --target-version 6.1 || true

sbom: ## Liste les bibliothèques d'une installation avec leurs empreintes, au format CycloneDX (var/sbom.cdx.json)
	$(tests)
	@tools/sbom.sh

lock: ## Fige de nouveau les bibliothèques (UPGRADE=1 prend les dernières)
	$(tests)
	@tools/lock.sh
