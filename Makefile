# Two commands set everything up (make help). What they do is scripts that run by themselves, and CMake presets.

.PHONY: help chat test quick-test format bench clean

help:
	@echo 'make chat                  set up what is missing, then chat with SmolLM2-135M-Instruct'
	@echo 'make chat PROMPT="Hi!"     the same, but answer once and end'
	@echo 'make test                  set up what is missing, then run all checks and tests'
	@echo 'make quick-test            build, and run the tests that take no time'
	@echo 'make format                format the sources'
	@echo 'make bench                 measure: tokens per second, start, memory'
	@echo 'make clean                 remove what was built; downloads in build/assets stay'

# The prompt reaches the program as it was typed: make must not look for variables in it.
override PROMPT := $(value PROMPT)
export PROMPT

chat:
	@scripts/chat $${PROMPT:+--prompt "$$PROMPT"}

test:
	@scripts/install-packages test
	@scripts/format --check
	@scripts/get-assets
	@scripts/build release
	@ctest --preset release --parallel 2
	@scripts/check-conformance
	@scripts/check-sanitizers
	@scripts/check-sanitizers --threads

quick-test:
	@scripts/build release
	@ctest --preset release --parallel 2 --label-exclude slow

format:
	@scripts/format

bench:
	@scripts/build release apps/all
	@scripts/get-assets chat
	@build/release/fusebox bench build/assets/SmolLM2-135M-Instruct.Q4_1.gguf

clean:
	@mkdir -p build && find build -mindepth 1 -maxdepth 1 ! -name assets -exec rm -rf {} +
