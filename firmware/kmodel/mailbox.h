// How the runner is told what to run. Who loads the ELF puts the model's bytes
// and the input's anywhere between KMODEL_PLACE and the end of the SRAM, at
// multiples of 64, and writes their addresses here, before the first
// instruction. The symbol is `kmodel_mailbox`, in a loaded section.

#ifndef MAILBOX_H
#define MAILBOX_H

#include <stdint.h>

#define KMODEL_MAGIC 0x52444D4Bu  // the bytes K M D R
#define KMODEL_MAILBOX_VERSION 1u
#define KMODEL_PLACE 0x80200000u  // the program and what it needs itself lie below

struct kmodel_mailbox {
    uint32_t magic, version;
    uint64_t model_address, model_size;  // bytes; size 0: there is no model
    uint64_t input_address, input_size;  // size 0: the runner draws an input
    uint64_t flags;                      // 0
};

extern volatile struct kmodel_mailbox kmodel_mailbox;

#endif
