# ytsync: build, test and install. `make help` lists the targets.
#
# BUILD    where everything that is made goes (default build/$(FLAVOUR))
# FLAVOUR  plain | asan | valgrind, one build folder each
# LAYERS   which folders of src/ go into the library (default: all of them)
# TESTS    which unit tests are built and run, by name without test_ (default: all of them)
# PREFIX   where `install` goes (default ~/.local, /usr/local for root)
# CFLAGS and LDFLAGS belong to the caller (LuaRocks sets them); ours are YS_CFLAGS and YS_LDFLAGS.
# Targets that need packages start .ci/deps first and then make again, because pkg-config may be
# one of the things that are missing; so nothing below asks pkg-config for these.

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:

VERSION := 0.1.0
FLAVOUR ?= plain
BUILD ?= build/$(FLAVOUR)
LAYERS ?= base db store net sim youtube library plan sync
TESTS ?= $(patsubst tests/unit/test_%.c,%,$(sort $(wildcard tests/unit/test_*.c)))

CC ?= cc
AR ?= ar
PKG_CONFIG ?= pkg-config
WERROR ?= -Werror

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes \
    -Wmissing-prototypes -Wwrite-strings -Wundef -Wformat=2 -Wvla $(WERROR)
FLAVOURS := plain asan valgrind
ifeq ($(filter $(FLAVOUR),$(FLAVOURS)),)
$(error FLAVOUR is "$(FLAVOUR)"; it can be one of: $(FLAVOURS))
endif
FLAVOUR_CFLAGS_plain := -O2 -g
FLAVOUR_CFLAGS_asan := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined \
    -fno-sanitize-recover=all
FLAVOUR_CFLAGS_valgrind := -O1 -g -fno-omit-frame-pointer
FLAVOUR_LDFLAGS_asan := -fsanitize=address,undefined

YS_CFLAGS := -std=c11 -fPIC -fvisibility=default $(WARNINGS) $(FLAVOUR_CFLAGS_$(FLAVOUR)) \
    -D_GNU_SOURCE -I src -I include
YS_LDFLAGS := $(FLAVOUR_LDFLAGS_$(FLAVOUR)) -pthread

# --- the libraries, unless the target needs none ------------------------------------------------
NO_CONFIG := help deps clean demo test lint asan valgrind bench soak uninstall
GOALS := $(or $(MAKECMDGOALS),all)
ifneq ($(filter-out $(NO_CONFIG),$(GOALS)),)
include .ci/config.mk
endif

# --- what is made from what ---------------------------------------------------------------------
SIMD_SOURCES := $(wildcard src/sim/simd.c src/sim/simd_*.c)
LIB_SOURCES := $(filter-out $(SIMD_SOURCES),$(foreach l,$(LAYERS),$(sort $(wildcard src/$(l)/*.c))))
LUA_SOURCES := $(sort $(wildcard src/lua/*.c))
LIB_OBJECTS := $(LIB_SOURCES:src/%.c=$(BUILD)/obj/%.o)
SIMD_OBJECTS := $(SIMD_SOURCES:src/%.c=$(BUILD)/obj/%.o)
LUA_OBJECTS := $(LUA_SOURCES:src/%.c=$(BUILD)/obj/%.o)
UNIT_PROGRAMS := $(TESTS:%=$(BUILD)/tests/test_%)
SIM_PROGRAMS := $(patsubst tests/sim/%.c,$(BUILD)/tests/sim/%,$(sort $(wildcard tests/sim/sim_*.c)))

LIB := $(BUILD)/libytsync.a
CORE := $(if $(LUA_SOURCES),$(BUILD)/ytsync/core.so)
SIMD := $(if $(SIMD_SOURCES),$(BUILD)/simd)
CORE_LIBFLAG := $(or $(LIBFLAG),-shared)

.PHONY: all lib module simd unit-programs sim-programs
all: lib module simd
lib: $(LIB)
module: $(CORE)
simd: $(SIMD)
unit-programs: $(UNIT_PROGRAMS)
sim-programs: $(SIM_PROGRAMS)

$(LIB): $(LIB_OBJECTS)
	@mkdir -p $(@D)
	@rm -f $@
	$(AR) rcs $@ $(LIB_OBJECTS)

$(BUILD)/ytsync/core.so: $(LUA_OBJECTS) $(LIB_OBJECTS)
	@mkdir -p $(@D)
	$(CC) $(CORE_LIBFLAG) $(YS_LDFLAGS) $(LDFLAGS) -o $@ $^ $(DEP_LIBS)

$(BUILD)/simd: $(SIMD_OBJECTS) $(LIB)
	$(CC) $(YS_LDFLAGS) $(LDFLAGS) -o $@ $^ $(MICROHTTPD_LIBS) $(DEP_LIBS)

$(LUA_OBJECTS): YS_EXTRA = $(LUA_CFLAGS)
$(SIMD_OBJECTS): YS_EXTRA = $(MICROHTTPD_CFLAGS)
$(BUILD)/obj/%.o: src/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(YS_CFLAGS) $(DEP_CFLAGS) $(YS_EXTRA) -MMD -MP -c -o $@ $<

$(BUILD)/obj/tests/%.o: tests/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(YS_CFLAGS) -I tests $(DEP_CFLAGS) $(CMOCKA_CFLAGS) -MMD -MP -c -o $@ $<

$(UNIT_PROGRAMS): $(BUILD)/tests/%: $(BUILD)/obj/tests/unit/%.o $(LIB)
	@mkdir -p $(@D)
	$(CC) $(YS_LDFLAGS) $(LDFLAGS) -o $@ $^ $(CMOCKA_LIBS) $(DEP_LIBS)

$(SIM_PROGRAMS): $(BUILD)/tests/sim/%: $(BUILD)/obj/tests/sim/%.o $(LIB)
	@mkdir -p $(@D)
	$(CC) $(YS_LDFLAGS) $(LDFLAGS) -o $@ $^ $(CMOCKA_LIBS) $(DEP_LIBS)

differ = $(filter-out 0,$(words $(filter-out $(1),$(FLAGS_WERE)) $(filter-out $(FLAGS_WERE),$(1))))
FLAGS_WERE := $(shell cat $(BUILD)/flags 2>/dev/null)
# Objects are made again when the flags change.
FLAGS_NOW := $(CC) $(CFLAGS) $(YS_CFLAGS) $(DEP_CFLAGS) $(LUA_CFLAGS)
$(BUILD)/flags: $(if $(call differ,$(FLAGS_NOW)),FORCE)
	@mkdir -p $(@D)
	@printf '%s\n' '$(FLAGS_NOW)' > $@
.PHONY: FORCE
FORCE:

.PRECIOUS: $(BUILD)/obj/%.o $(BUILD)/obj/tests/%.o
-include $(wildcard $(BUILD)/obj/*/*.d $(BUILD)/obj/tests/*/*.d)

.PHONY: help
help:
	@echo 'all lib module simd unit-programs unit clean (more to come)'

# Unit programs, one after the other; the runner of `make test` does this and counts.
.PHONY: unit
unit: unit-programs
	@bad=0; for t in $(UNIT_PROGRAMS); do $$t || bad=1; done; exit $$bad

.PHONY: clean
clean:
	rm -rf build
