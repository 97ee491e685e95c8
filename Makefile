# What people run. Installing is done once: the stamps in .venv say what is there, and for which place.
# Nothing here is quiet for long, and nothing is asked of the keyboard.
.DEFAULT_GOAL := help
.PHONY: help setup run test lint soak bench lock moved
.NOTPARALLEL:
unexport PYTHONHOME PYTHONPATH

# The stamps hold the folder they were made in: a copied or moved .venv is set up anew.
HERE := $(CURDIR)
ifneq ($(shell test -x .venv/bin/python && cat .venv/.ready 2>/dev/null),$(HERE))
.venv/.ready: moved
endif

help:  ## 列出可用的命令
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 16

setup: .venv/.ready  ## 准备 .venv 和运行所需的依赖
	@echo '· .venv 已就绪'

.venv/.ready: requirements-build.txt requirements.txt pyproject.toml
	@tools/prepare venv
	@tools/prepare packages requirements-build.txt requirements.txt
	@tools/prepare project
	@tools/prepare fonts
	@printf '%s\n' '$(HERE)' > $@

.venv/.ready-test: .venv/.ready requirements-test.txt
	@tools/prepare packages requirements-test.txt
	@touch $@

.venv/.ready-bench: .venv/.ready-test requirements-bench.txt
	@tools/prepare packages requirements-bench.txt
	@touch $@

run: .venv/.ready  ## 启动演示系统（PORT=… 和 DATABASE_URL=… 可改端口和数据库）
	@exec .venv/bin/subsidy serve --demonstration

test: .venv/.ready-test  ## 运行全部测试（真实的 PostgreSQL 和 Chromium；ARGS=… 传给 pytest）
	@tools/prepare browser
	@.venv/bin/python -m pytest -n logical --maxprocesses 4 --dist worksteal $(ARGS)

soak: .venv/.ready-test  ## 运行长时间的故障与负载测试
	@tools/prepare browser
	@.venv/bin/python -m pytest -m soak --timeout 7200 $(ARGS)

lint: .venv/.ready-test  ## 检查代码风格、类型和分层
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports

bench: .venv/.ready-bench  ## 运行性能测量
	@for script in $(wildcard benchmarks/*.py); do \
		echo "· $$script"; env -u DATABASE_URL .venv/bin/python "$$script" </dev/null || exit 1; \
	done

# One resolution for everything, the tests included; what runs in production is a part of it.
UV ?= uv
COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	--no-annotate $(LOCK_OPTIONS)
lock:  ## 重新锁定依赖（需要 uv；LOCK_OPTIONS=--upgrade 取新版本）
	@printf 'hatchling\neditables\nsetuptools\n' | $(COMPILE) - --output-file requirements-build.txt >/dev/null
	@$(COMPILE) pyproject.toml --extra test --constraint requirements-build.txt \
		--output-file requirements-test.txt >/dev/null
	@$(COMPILE) pyproject.toml --constraint requirements-test.txt --output-file requirements.txt >/dev/null
	@$(COMPILE) pyproject.toml --extra bench --constraint requirements-test.txt \
		--output-file requirements-bench.txt >/dev/null
