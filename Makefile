# ytsync: build, test and install. `make help` lists the targets.
#
# BUILD    where everything that is made goes (default build/$(FLAVOUR))
# FLAVOUR  plain | asan | fuzz, one build folder each
# LAYERS   which folders of src/ go into the library (default: all of them)
# TESTS    which unit tests are built, by name without test_ (default: all of them)
# PREFIX   where `install` goes (default ~/.local, /usr/local for root); DESTDIR stands before it
# WERROR   nothing, or -Werror as in `make lint`, which compiles with gcc and clang: a warning of a
#          compiler that we do not know stops nobody
# V=1      shows the whole commands
# CFLAGS and LDFLAGS belong to the caller (LuaRocks sets them); ours are YS_CFLAGS and YS_LDFLAGS.
#
# A target that needs packages starts .ci/deps first and then make again, because pkg-config, which
# .ci/config.mk asks, may itself be missing. Such targets stand in NO_CONFIG.

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules

VERSION := 0.1.0
FLAVOUR ?= plain
BUILD ?= build/$(FLAVOUR)
LAYERS ?= base db store net sim youtube library plan sync
TESTS ?= $(patsubst tests/unit/test_%.c,%,$(sort $(wildcard tests/unit/test_*.c)))

ifeq ($(origin CC),default)
CC := cc
endif
AR ?= ar
CLANG ?= clang
PKG_CONFIG ?= pkg-config
# Which Lua 5.4 there is is asked by the shell when it is needed: make expands a whole recipe before
# the first line of it, which may be the one that installs Lua, runs.
LUA_NOW = "$$(LUA='$(LUA)' sh .ci/deps --lua)"
WERROR ?=

FLAVOURS := plain asan fuzz
ifeq ($(filter $(FLAVOUR),$(FLAVOURS)),)
$(error FLAVOUR is "$(FLAVOUR)"; it can be one of: $(FLAVOURS))
endif
WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes \
    -Wmissing-prototypes -Wwrite-strings -Wundef -Wformat=2 -Wvla \
    -Wno-overlength-strings -Werror=implicit-function-declaration
# Below -O2 gcc takes values for uninitialized whose setting it does not follow.
FLAVOUR_CFLAGS_plain := -O2 -g
FLAVOUR_CFLAGS_asan := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined \
    -fno-sanitize-recover=all -Wno-maybe-uninitialized
FLAVOUR_CFLAGS_fuzz := -O1 -g -fno-omit-frame-pointer -fno-sanitize-recover=all \
    -fsanitize=fuzzer-no-link,address,undefined
FLAVOUR_LDFLAGS_asan := -fsanitize=address,undefined
FLAVOUR_LDFLAGS_fuzz := -fsanitize=fuzzer,address,undefined

YS_CFLAGS := -std=c11 -fPIC $(WARNINGS) $(FLAVOUR_CFLAGS_$(FLAVOUR)) -D_GNU_SOURCE \
    -I src -I include
YS_LDFLAGS := $(FLAVOUR_LDFLAGS_$(FLAVOUR)) -pthread
MODULE_LDFLAGS := $(if $(filter Darwin,$(shell uname -s)),-bundle -undefined dynamic_lookup,-shared)

# --- the libraries, unless the targets need none -------------------------------------------------
NO_CONFIG := help deps demo test lint doc-check asan valgrind fuzz packaging conformance bench soak mutations uninstall clean
GOALS := $(or $(MAKECMDGOALS),all)
NEEDS_CONFIG := $(filter-out $(NO_CONFIG),$(GOALS))
ifneq ($(NEEDS_CONFIG),)
include .ci/config.mk
endif

# --- what there is -------------------------------------------------------------------------------
SIMD_SOURCES := $(wildcard src/sim/simd.c src/sim/simd_*.c)
LIB_SOURCES := $(filter-out $(SIMD_SOURCES),$(foreach l,$(LAYERS),$(sort $(wildcard src/$(l)/*.c))))
LUA_SOURCES := $(sort $(wildcard src/lua/*.c))
# Programs in tests/: test_*.c and sim_*.c. The other sources in a folder are helpers of its programs,
# those in tests/support helpers of all.
C_SUITES := contract sim crash fuzz
SUITE_SOURCES := $(foreach s,$(C_SUITES),$(wildcard tests/$(s)/test_*.c tests/$(s)/sim_*.c))
BENCH_SOURCES := $(wildcard tests/bench/bench_*.c)
helper_sources = $(filter-out $(SUITE_SOURCES) $(BENCH_SOURCES) $(wildcard tests/unit/test_*.c), \
    $(sort $(wildcard tests/$(1)/*.c)))

objects = $(patsubst %.c,$(BUILD)/obj/%.o,$(patsubst src/%,%,$(1)))
LIB_OBJECTS := $(call objects,$(LIB_SOURCES))
SIMD_OBJECTS := $(call objects,$(SIMD_SOURCES))
LUA_OBJECTS := $(call objects,$(LUA_SOURCES))
helper_objects = $(call objects,$(call helper_sources,$(1)))
HELPER_OBJECTS := $(foreach s,support unit bench $(C_SUITES),$(call helper_objects,$(s)))
FUZZER_OBJECTS := $(call helper_objects,fuzz)
HOST_OBJECTS := $(call objects,$(wildcard tests/lua/host.c))

LIB := $(BUILD)/libytsync.a
CORE := $(if $(LUA_SOURCES),$(BUILD)/ytsync/core.so)
SIMD := $(if $(SIMD_SOURCES),$(BUILD)/simd)
# helpers: the archives that the programs of a folder are linked with.
helpers = $(foreach s,$(1) support,$(if $(call helper_sources,$(s)),$(BUILD)/tests/$(s)/helpers.a))
HOST := $(if $(LUA_SOURCES),$(BUILD)/tests/lua-host)
# A terminal for the specs of what people see.
PTY := $(BUILD)/tests/pty
UNIT_PROGRAMS := $(TESTS:%=$(BUILD)/tests/test_%)
# Unit tests of the binding are linked with it and with Lua.
BINDING_PROGRAMS := $(filter $(BUILD)/tests/test_lua_%,$(UNIT_PROGRAMS))
SUITE_PROGRAMS := $(SUITE_SOURCES:tests/%.c=$(BUILD)/tests/%)
BENCH_PROGRAMS := $(BENCH_SOURCES:tests/%.c=$(BUILD)/tests/%)

.PHONY: all lib module simd lua-host fuzzer unit-programs test-programs bench-programs FORCE
## all: the library, the Lua module and, with libmicrohttpd, the simulator's server
all: lib module $(if $(MICROHTTPD_LIBS),simd,no-simd)
lib: $(LIB)
module: $(CORE)
simd: $(SIMD)
lua-host: $(HOST)
fuzzer: $(BUILD)/tests/fuzz/fuzzer
unit-programs: $(UNIT_PROGRAMS)
test-programs: $(UNIT_PROGRAMS) $(SUITE_PROGRAMS) $(PTY)
bench-programs: $(BENCH_PROGRAMS)

.PHONY: no-simd
no-simd:
	@echo 'simd (the simulated YouTube) is left out: libmicrohttpd was not found. `make deps` gets it.'

# --- rules ---------------------------------------------------------------------------------------
Q := $(if $(V),,@)
say = @$(if $(V)$(findstring s,$(firstword -$(MAKEFLAGS))),:,printf '  %-5s %s\n' $(1) '$(patsubst $(CURDIR)/%,%,$@)')
COMPILE = $(CC) $(YS_CFLAGS) $(WERROR) $(DEP_CFLAGS) $(EXTRA_CFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<
LINK = $(CC) $(YS_LDFLAGS) $(LDFLAGS) -o $@ $^

# `ar q` and not `r`: two layers may hold files of the same name.
define archive
$(call say,AR)
@mkdir -p $(@D)
@rm -f $@
$(Q)$(AR) qcs $@ $^
endef

$(LIB): $(LIB_OBJECTS)
	$(archive)

define helper_rules
$(BUILD)/tests/$(1)/helpers.a: $(call helper_objects,$(1))
	$$(archive)
endef
$(foreach s,support unit bench $(C_SUITES),$(eval $(call helper_rules,$(s))))

$(BUILD)/ytsync/core.so: $(LUA_OBJECTS) $(LIB_OBJECTS)
	$(call say,LINK)
	@mkdir -p $(@D)
	$(Q)$(LINK) $(or $(LIBFLAG),$(MODULE_LDFLAGS)) $(DEP_LIBS)

$(BUILD)/simd: $(SIMD_OBJECTS) $(LIB)
	$(call say,LINK)
	$(if $(MICROHTTPD_LIBS),,$(error simd needs libmicrohttpd; $(REMEDY)))
	$(Q)$(LINK) $(MICROHTTPD_LIBS) $(DEP_LIBS)

$(BUILD)/tests/lua-host: $(HOST_OBJECTS) $(LUA_OBJECTS) $(LIB)
	$(call say,LINK)
	@mkdir -p $(@D)
	$(Q)$(LINK) -Wl,-E $(LUA_LIBS) $(DEP_LIBS)

$(PTY): $(BUILD)/obj/tests/lua/pty.o
	$(call say,LINK)
	@mkdir -p $(@D)
	$(Q)$(LINK)

$(BUILD)/tests/fuzz/fuzzer: $(FUZZER_OBJECTS) $(LIB)
	$(call say,LINK)
	@mkdir -p $(@D)
	$(Q)$(LINK) $(DEP_LIBS)

$(LUA_OBJECTS) $(HOST_OBJECTS): EXTRA_CFLAGS = $(LUA_CFLAGS)
$(SIMD_OBJECTS): EXTRA_CFLAGS = $(MICROHTTPD_CFLAGS)
$(BUILD)/obj/%.o: src/%.c $(BUILD)/flags
	$(call say,CC)
	@mkdir -p $(@D)
	$(Q)$(COMPILE)

$(BUILD)/obj/tests/%.o: EXTRA_CFLAGS = -I tests $(CMOCKA_CFLAGS) $(LUA_CFLAGS)
$(BUILD)/obj/tests/%.o: tests/%.c $(BUILD)/flags
	$(call say,CC)
	@mkdir -p $(@D)
	$(Q)$(COMPILE)

define link_test
$(call say,LINK)
@mkdir -p $(@D)
$(if $(CMOCKA_LIBS),,$(error The tests need cmocka; $(REMEDY)))
$(Q)$(LINK) $(TEST_LIBS) $(CMOCKA_LIBS) $(DEP_LIBS)
endef

$(filter-out $(BINDING_PROGRAMS),$(UNIT_PROGRAMS)): $(BUILD)/tests/%: \
    $(BUILD)/obj/tests/unit/%.o $(call helpers,unit) $(LIB)
	$(link_test)

$(BINDING_PROGRAMS): TEST_LIBS = $(LUA_LIBS)
$(BUILD)/tests/test_curl_tls: TEST_LIBS = $(SSL_LIBS)
$(BINDING_PROGRAMS): $(BUILD)/tests/%: \
    $(BUILD)/obj/tests/unit/%.o $(call helpers,unit) $(LUA_OBJECTS) $(LIB)
	$(link_test)

define suite_rules
$(filter $(BUILD)/tests/$(1)/%,$(SUITE_PROGRAMS) $(BENCH_PROGRAMS)): $(BUILD)/tests/%: \
    $(BUILD)/obj/tests/%.o $(call helpers,$(1)) $(LIB)
	$$(link_test)
endef
$(foreach s,bench $(C_SUITES),$(if $(filter $(BUILD)/tests/$(s)/%,$(SUITE_PROGRAMS) \
    $(BENCH_PROGRAMS)),$(eval $(call suite_rules,$(s)))))

# Objects are made again when the flags change.
FLAGS_NOW = $(CC) $(YS_CFLAGS) $(DEP_CFLAGS) $(LUA_CFLAGS) $(CFLAGS)
FLAGS_WERE := $(shell cat $(BUILD)/flags 2>/dev/null)
differ = $(filter-out $(1),$(2))$(filter-out $(2),$(1))
$(BUILD)/flags: export YS_FLAGS_NOW = $(FLAGS_NOW)
$(BUILD)/flags: $(if $(call differ,$(FLAGS_NOW),$(FLAGS_WERE)),FORCE)
	@mkdir -p $(@D)
	@printf '%s\n' "$$YS_FLAGS_NOW" > $@

.PRECIOUS: $(BUILD)/obj/%.o $(BUILD)/obj/tests/%.o
OBJECTS := $(LIB_OBJECTS) $(SIMD_OBJECTS) $(LUA_OBJECTS) $(HELPER_OBJECTS) $(HOST_OBJECTS) \
    $(call objects,$(SUITE_SOURCES) $(BENCH_SOURCES)) $(TESTS:%=$(BUILD)/obj/tests/unit/test_%.o)
-include $(OBJECTS:.o=.d)
# Everything compiled and nothing linked: what warnings need (.ci/lint).
.PHONY: objects
objects: $(OBJECTS)

# --- demo and tests ------------------------------------------------------------------------------
CPUS = $(shell nproc 2>/dev/null || getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
SUBMAKE = $(MAKE) --no-print-directory $(if $(findstring -j,$(MAKEFLAGS)),,-j$(CPUS))
BUILD_GIVEN := $(filter command environment,$(firstword $(origin BUILD)))
# flavour_build: the folder of another flavour, beside BUILD when that was given.
flavour_build = $(if $(BUILD_GIVEN),$(BUILD)-$(1),build/$(1))
# Slow suites are left to the plain build: under valgrind they would take hours.
SUITES ?= sim unit contract lua crash fuzz lint
# The longest come first, so that the others run beside them.
LONGEST := sim_storm sim_enumerate test_torture_memory test_torture_disk test_errors_settle \
    test_preview test_preview_more test_restore test_sync hostile_spec takeout_spec cli_spec \
    sandbox_spec core_spec test_client_days test_sync_order test_lua_sync exchanges_spec \
    test_stopped test_kill
SUITES_asan ?= sim unit contract lua fuzz
STORM_SEEDS_ASAN ?= 40
CRASHES_ASAN_ONE_IN ?= 50
CASES_ASAN ?= 1/12
SUITES_valgrind ?= unit lua
# What runs for long, often in thousands of rounds: `make asan` has it.
NOT_VALGRIND := sync sync_% errors_settle known_faults_% lua_oom client_days torture_% \
    preview preview_% plan_optimal plan_inbox restore restore_% undo schedule_runs schedule_days \
    part sim_reads sim_library sim_items fetch fetch_% listing probe backup backups store_oom \
    store_open store_migrate store_library store_videos quota operations proof session takeout \
    takeout_% lua_sync lua_states
# These start ytsync or its simulator as a process, which valgrind does not follow, try limits of
# time, or run for long.
SPECS_NOT_VALGRIND := bad_input_spec command_http_spec core_http_spec doctor_http_spec \
    examples_spec first_hour_spec gone_http_spec history_spec login_http_spec pilot_http_spec \
    readme_spec safety_spec sandbox_spec schedule_spec sim_spec takeout_spec terminal_spec \
    wrong_policies_spec cli_spec core_spec plan_file_spec
# A thousand fault-free syncs: what they would show, the other tests of syncs do.
NOT_ASAN := preview preview_more
# It reads large documents in Lua.
SPECS_NOT_ASAN := exchanges_spec
# A test that cannot be built is a failed test, not a test less.
OR_FAIL = || { echo 'the build failed, see above'; echo '0 passed, 1 failed'; exit 1; }
PROGRAMS = $(TESTS)
RUN_TESTS = $(LUA_NOW) tests/run.lua --lua $(LUA_NOW) --jobs $(CPUS) --programs '$(PROGRAMS)' \
    --first '$(LONGEST)'
# SQLite keeps pointers into the middle of its blocks alone: "possibly lost" says nothing there.
VALGRIND := valgrind -q --error-exitcode=99 --leak-check=full --show-leak-kinds=definite \
    --errors-for-leak-kinds=definite --suppressions=tests/valgrind.supp

.PHONY: demo test unit lint doc-check asan valgrind fuzz packaging conformance bench soak deps
## deps: installs the packages that are missing for building, testing and checking (apt)
deps:
	@sh .ci/deps lint

## demo: installs what is missing, builds, and syncs a sample library with a simulated YouTube
demo:
	@sh .ci/deps demo
	@$(SUBMAKE) all
	@$(LUA_NOW) scripts/demo.lua $(BUILD)

## test: installs what is missing, builds, and runs every suite of the plain build
test:
	@sh .ci/deps test
	@$(SUBMAKE) -k all test-programs $(OR_FAIL)
	@$(RUN_TESTS) --build $(BUILD) --limit 900 $(SUITES)

# The unit programs alone, without deps: for use while writing code.
unit: unit-programs
	@$(RUN_TESTS) --build $(BUILD) unit

## lint: layers, project rules, gcc and clang warnings, clang-tidy, cppcheck, luacheck
lint:
	@sh .ci/deps lint
	@sh .ci/lint

## doc-check: is every public function of the Lua module described (LuaLS form)?
doc-check:
	@$(LUA_NOW) .ci/doc-check.lua .

## asan: the suites under AddressSanitizer and UBSan, Lua in a static host with a busy collector
asan: B = $(call flavour_build,asan)
asan: PROGRAMS = $(filter-out $(NOT_ASAN),$(TESTS))
asan:
	@sh .ci/deps test
	@$(SUBMAKE) -k FLAVOUR=asan BUILD=$(B) lib simd test-programs lua-host $(OR_FAIL)
	@ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1 UBSAN_OPTIONS=print_stacktrace=1 \
	    YTSYNC_STORM_SEEDS=$(STORM_SEEDS_ASAN) \
	    YTSYNC_ENUMERATE_ONE_IN=$(CRASHES_ASAN_ONE_IN) YTSYNC_CASES=$(CASES_ASAN) \
	    $(RUN_TESTS) --build $(B) --stress --limit 900 \
	    --without '$(SPECS_NOT_ASAN)' --lua $(abspath $(B))/tests/lua-host $(SUITES_asan)

## valgrind: the unit and Lua suites of the plain build under valgrind
valgrind: PROGRAMS = $(filter-out $(NOT_VALGRIND),$(TESTS))
valgrind:
	@sh .ci/deps test
	@$(SUBMAKE) -k all test-programs $(OR_FAIL)
	@$(RUN_TESTS) --build $(BUILD) --limit 900 --under '$(VALGRIND)' \
	    --without '$(SPECS_NOT_VALGRIND)' $(SUITES_valgrind)

## fuzz: libFuzzer on each of FUZZ (default: every target) for FUZZ_S seconds (default 60)
FUZZ_S ?= 60
FUZZ ?= $(sort $(notdir $(wildcard tests/fuzz/corpus/*)))
# What it finds on the way is kept in the build folder, and taken up by the next run.
fuzz: B = $(call flavour_build,fuzz)
fuzz:
	@sh .ci/deps lint
	@$(SUBMAKE) FLAVOUR=fuzz CC='$(CLANG)' BUILD=$(B) fuzzer
	@for t in $(FUZZ); do echo "== $$t"; mkdir -p $(B)/found/$$t; \
	    YTSYNC_FUZZ=$$t $(B)/tests/fuzz/fuzzer -max_total_time=$(FUZZ_S) -max_len=8192 \
	        -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 -verbosity=0 \
	        -dict=tests/fuzz/words.dict -artifact_prefix=$(B)/found/$$t- \
	        $(B)/found/$$t tests/fuzz/corpus/$$t || exit 1; done

## packaging: installs by make and by LuaRocks into empty folders and tries the result
packaging:
	@sh .ci/deps lint
	@sh tests/packaging.sh

## conformance: Google's own client for Node, installed into the build folder, drives the simulator
conformance:
	@sh .ci/deps demo
	@$(SUBMAKE) simd
	@command -v npm >/dev/null || { echo 'conformance needs Node and npm.' >&2; exit 1; }
	@npm install --silent --no-audit --no-fund --prefix $(BUILD)/conformance \
	    @googleapis/youtube@35.0.0
	@node tests/contract/conformance.mjs $(abspath $(BUILD))/conformance $(BUILD)/simd

## bench: the measurements in tests/bench
bench:
	@sh .ci/deps test
	@$(SUBMAKE) all bench-programs
	@for b in $(BENCH_PROGRAMS); do echo "== $$b"; $$b || exit 1; done
	@for b in $(wildcard tests/bench/bench_*.lua); do echo "== $$b"; \
	    LUA_PATH_5_4='scripts/?.lua;scripts/?/init.lua;;' LUA_CPATH_5_4='$(BUILD)/?.so;;' \
	    $(LUA_NOW) $$b $(BUILD) || exit 1; done

## soak: the simulation with new seeds for SOAK_S seconds (default 600), then every failure once;
##       SEEDS=100000: that many storms instead
SOAK_S ?= 600
SEEDS ?=
soak:
	@sh .ci/deps test
	@$(SUBMAKE) all test-programs
	@$(if $(SEEDS),$(BUILD)/tests/sim/sim_storm --seeds $(SEEDS) --from $$(date +%s)000000 \
	    --jobs $(CPUS),$(RUN_TESTS) --build $(BUILD) --soak $(SOAK_S) sim)
	@YTSYNC_CASES=all $(RUN_TESTS) --build $(BUILD) --limit 14400 --only torture unit
	@YTSYNC_CASES=all $(RUN_TESTS) --build $(BUILD) --limit 14400 --only errors_settle unit
	@KILLS=300 STOPS=60 $(RUN_TESTS) --build $(BUILD) --limit 14400 --only test_ crash

## mutations: takes each protection against a known fault out and demands that its test notices
.PHONY: mutations
mutations:
	@sh .ci/deps test
	@$(LUA_NOW) tests/mutations.lua $(BUILD)

# --- install -------------------------------------------------------------------------------------
PREFIX ?= $(if $(filter 0,$(shell id -u)),/usr/local,$(HOME)/.local)
LUA_FILES := $(sort $(wildcard scripts/ytsync/*.lua scripts/ytsync/*/*.lua))

.PHONY: install install-rock uninstall
## install: header, library, Lua module and the ytsync command to PREFIX
install: all
	@PREFIX='$(PREFIX)' DESTDIR='$(DESTDIR)' BUILD='$(BUILD)' VERSION='$(VERSION)' LUA=$(LUA_NOW) \
	    LIBS='$(DEP_LIBS)' sh .ci/install

## uninstall: removes exactly what install put there
uninstall:
	@PREFIX='$(PREFIX)' DESTDIR='$(DESTDIR)' sh .ci/install --remove

# For the rockspec: LuaRocks sets INST_LUADIR and INST_LIBDIR and installs the command itself.
install-rock: module
	@mkdir -p '$(INST_LIBDIR)/ytsync'
	cp $(CORE) '$(INST_LIBDIR)/ytsync/'
	@for f in $(LUA_FILES:scripts/%=%); do \
	    mkdir -p "$(INST_LUADIR)/$$(dirname $$f)" && cp scripts/$$f "$(INST_LUADIR)/$$f" || exit 1; \
	done

# --- the rest ------------------------------------------------------------------------------------
.PHONY: clean help
## clean: removes what was built
clean:
	rm -rf build $(if $(BUILD_GIVEN),$(LIB) $(CORE) $(SIMD) $(BUILD)/obj $(BUILD)/tests $(BUILD)/flags)

## help: this list
help:
	@sed -n 's/^## \([a-z-]*\): /\1\t/p' Makefile | while IFS='	' read -r t text; do \
	    printf '  %-11s %s\n' "$$t" "$$text"; done
	@echo 'Variables: BUILD FLAVOUR=plain|asan|fuzz LAYERS TESTS PREFIX' \
	    'DESTDIR WERROR V=1 SOAK_S FUZZ FUZZ_S'
