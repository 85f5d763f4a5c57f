# Finds the libraries with pkg-config and checks their least versions; included by the Makefile for
# targets that compile. Whoever sets LUA_CFLAGS, CURL_CFLAGS + CURL_LIBS and so on (SQLITE, CRYPTO,
# UTF8PROC, ZIP, MICROHTTPD, CMOCKA) is taken at their word: nothing is looked up for that library.

PC := $(shell command -v $(PKG_CONFIG) 2>/dev/null)
REMEDY := run `make deps`, which installs what is missing

# pc_first: names, least version, first version that is too new. Gives the first name that fits.
pc_first = $(if $(PC),$(firstword $(foreach n,$(1),$(shell \
    $(PC) --exists '$(n) >= $(2)' $(if $(3),'$(n) < $(3)') 2>/dev/null && echo $(n)))))
pc_found = $(or $(foreach n,$(1),$(shell $(PC) --modversion $(n) 2>/dev/null)),none)
pc_missing = $(if $(PC),$(1) $(3) or newer is needed (found: \
    $(strip $(call pc_found,$(2)))); $(REMEDY),pkg-config was not found; $(REMEDY))

# find_library: variable prefix, names to try, least version, first too new, name for people
define find_library
ifeq ($$(origin $(1)_CFLAGS)$$(origin $(1)_LIBS),undefinedundefined)
$(1)_PC := $$(call pc_first,$(2),$(3),$(4))
ifeq ($$($(1)_PC),)
$$(error $$(call pc_missing,$(5),$(2),$(3)), or set $(1)_CFLAGS and $(1)_LIBS)
endif
$(1)_CFLAGS := $$(shell $$(PC) --cflags $$($(1)_PC))
$(1)_LIBS := $$(shell $$(PC) --libs $$($(1)_PC))
endif
endef

ifdef LUA_INCDIR
LUA_CFLAGS ?= -I$(LUA_INCDIR)
endif
$(eval $(call find_library,LUA,lua5.4 lua-5.4 lua54 lua,5.4,5.5,Lua))
$(eval $(call find_library,CURL,libcurl,7.68,,libcurl))
$(eval $(call find_library,SQLITE,sqlite3,3.38,,SQLite))
$(eval $(call find_library,CRYPTO,libcrypto openssl,1.1.1,,OpenSSL))
$(eval $(call find_library,UTF8PROC,libutf8proc,2.4,,utf8proc))

# Without libzip everything works but importing a Takeout archive that was not unpacked.
ZIP_PC := $(call pc_first,libzip,1.5)
ZIP_CFLAGS ?= $(if $(ZIP_PC),$(shell $(PC) --cflags $(ZIP_PC)) -DYS_WITH_LIBZIP)
ZIP_LIBS ?= $(if $(ZIP_PC),$(shell $(PC) --libs $(ZIP_PC)))

DEP_CFLAGS := $(CURL_CFLAGS) $(SQLITE_CFLAGS) $(CRYPTO_CFLAGS) $(UTF8PROC_CFLAGS) $(ZIP_CFLAGS)
DEP_LIBS := $(CURL_LIBS) $(SQLITE_LIBS) $(CRYPTO_LIBS) $(UTF8PROC_LIBS) $(ZIP_LIBS) -lm

# Only simd needs libmicrohttpd, only the tests need cmocka and, with OpenSSL's other half, a server of
# TLS: looked for, and missed when used.
MICROHTTPD_PC := $(call pc_first,libmicrohttpd,0.9.50)
CMOCKA_PC := $(call pc_first,cmocka,1.1.5)
MICROHTTPD_CFLAGS ?= $(if $(MICROHTTPD_PC),$(shell $(PC) --cflags $(MICROHTTPD_PC)))
MICROHTTPD_LIBS ?= $(if $(MICROHTTPD_PC),$(shell $(PC) --libs $(MICROHTTPD_PC)))
CMOCKA_CFLAGS ?= $(if $(CMOCKA_PC),$(shell $(PC) --cflags $(CMOCKA_PC)))
CMOCKA_LIBS ?= $(if $(CMOCKA_PC),$(shell $(PC) --libs $(CMOCKA_PC)))
SSL_LIBS ?= $(if $(PC),$(shell $(PC) --libs libssl 2>/dev/null),-lssl)
