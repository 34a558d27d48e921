# make                    lint, build with warnings as errors, test
# make run                run the keyword-spotting network on a simulated STM32F407; with TARGET=k210 digits on the KPU
# make test               run every test
# make accept             take the numbers of today as the golden ones
# make speed ROUNDS=5     this simulator beside QEMU, and the bars; writes .build/speed.json
# make count              host instructions per guest instruction beside the golden ones (make test does it, too)
# make fuzz SECONDS=600   random instructions against Unicorn, random programs in both engines, for as long as you like
# make firmware           rebuild firmware/ and show that its bytes are the same
# make format, make lint  swift format
# make docs               the modules' documentation as a web site in .build/docs
# make install            into PREFIX, /usr/local by default
# make clean

TARGET  ?= stm32f4
# The network that shows a target.
SHOWN    = $(if $(filter k210,$(TARGET)),digits,kws)
PREFIX  ?= /usr/local
SECONDS ?= 60
ROUNDS  ?= 5

# What they install where it is missing, by Debian package name; the second line is what libarchive needs where it is
# linked statically.
BUILD_NEEDS := libarchive-dev libelf-dev libdw-dev libpng-dev libyaml-dev pkgconf \
               libbz2-dev liblzma-dev libzstd-dev nettle-dev zlib1g-dev
TEST_NEEDS  := $(BUILD_NEEDS) libunicorn-dev binutils-arm-none-eabi gcc-arm-none-eabi libnewlib-arm-none-eabi \
               qemu-system-arm binutils-riscv64-unknown-elf qemu-system-misc valgrind
# Programs for QEMU are built, not committed.
SPEED_NEEDS := $(BUILD_NEEDS) qemu-system-arm qemu-system-misc gcc-arm-none-eabi gcc-riscv64-unknown-elf
NEED        := @scripts/install-missing

CHECK    := --explicit-target-dependency-import-check error
SIMULATE := .build/release/simulate
# Tests are a debug build: what opens a release build to them (-enable-testing) makes the run loop 30 % slower.
BENCH    := swift run --package-path Benchmarks -c release --quiet benchmarks
# The runner of kmodels does nothing by itself.
elfs      = $(filter-out firmware/kmodel/%,$(wildcard firmware/*/*.$(1).elf))
SOURCES  := Package.swift Sources Tests Benchmarks/Package.swift Benchmarks/Sources

.NOTPARALLEL:
.PHONY: all run build test-needs test accept speed count fuzz firmware format lint docs install clean

all: lint build test

run: build
	@$(SIMULATE) firmware/$(SHOWN)/$(SHOWN).$(TARGET).elf --target $(TARGET)

build:
	$(NEED) $(BUILD_NEEDS)
	@swift build -c release --product simulate $(CHECK)

test-needs:
	$(NEED) $(TEST_NEEDS)

test: test-needs build
	@swift build --build-tests $(CHECK)
	@swift test --skip-build $(CHECK)
	@$(SIMULATE) test firmware/
	@$(BENCH) count

accept: test-needs build
	@$(SIMULATE) test $(call elfs,stm32f4) --target stm32f4 --accept
	@$(SIMULATE) test $(call elfs,k210) --target k210 --accept
	@$(BENCH) count --accept
	@scripts/readme-table

speed: build
	$(NEED) $(SPEED_NEEDS)
	@$(BENCH) speed --rounds $(ROUNDS)

count: test-needs build
	@$(BENCH) count

fuzz: test-needs build
	@FUZZ_SECONDS=$(SECONDS) swift test $(CHECK) --filter 'Fuzz|fuzzing|AsLongAsAsked'

firmware:
	$(NEED) binutils-arm-none-eabi gcc-arm-none-eabi binutils-riscv64-unknown-elf gcc-riscv64-unknown-elf
	@$(MAKE) --silent -C firmware
	@$(MAKE) --silent -C firmware verify
	@git diff --stat --exit-code -- firmware/MANIFEST 'firmware/*.elf' && echo "The bytes are those that are committed."

format:
	@swift format format --in-place --parallel --recursive $(SOURCES)

lint:
	@swift format lint --strict --parallel --recursive $(SOURCES)

docs: build
	@scripts/docs

install: build
	@install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/simulate
	@install $(SIMULATE) $(DESTDIR)$(PREFIX)/bin/simulate
	@cp -R targets $(DESTDIR)$(PREFIX)/share/simulate/
	@install -d $(DESTDIR)$(PREFIX)/share/simulate/firmware/kmodel
	@install -m 644 firmware/kmodel/kmodel.k210.elf $(DESTDIR)$(PREFIX)/share/simulate/firmware/kmodel/
	@echo "Installed $(DESTDIR)$(PREFIX)/bin/simulate"

clean:
	@rm -rf .build Benchmarks/.build
	@$(MAKE) --silent -C firmware clean
