// A network in the style of the SDK's kmodel runtime: ai_step calls the kernel of each layer, all of them are inlined,
// and it runs in an interrupt's handler. Twice: dequantize of 100 values, softmax, dequantize of 400.
#include "program.h"

#define MSIP (*(volatile uint32_t *)0x02000000)

struct layer {
    uint32_t type, count;
};
static const struct layer layers[] = {{0, 100}, {1, 50}, {0, 400}};
static uint8_t bytes[400];
static int32_t values[400];
static volatile int passes;

static void kpu_kmodel_dequantize(const struct layer *arg, uint32_t bias) {
    for (uint32_t index = 0; index < arg->count; index++) values[index] = bytes[index] * 3 - bias;
}

static void kpu_softmax(const struct layer *arg) {
    int32_t sum = 1;
    for (uint32_t index = 0; index < arg->count; index++) sum += values[index];
    for (uint32_t index = 0; index < arg->count; index++) values[index] /= sum;
}

static struct {
    const struct layer *volatile body;
    uint32_t left;
} context;

NOINLINE static int ai_step(void) {
    const struct layer *body = context.body;
    context.body = body + 1;
    switch (body->type) {
    case 0: kpu_kmodel_dequantize(body, context.left); break;
    case 1: kpu_softmax(body); break;
    }
    return --context.left > 0 ? ai_step() : 0;
}

__attribute__((interrupt, aligned(4))) static void handler(void) {
    MSIP = 0;
    context.body = layers;
    context.left = 3;
    ai_step();
    passes++;
}

void hart_main(uint64_t hart) {
    if (hart == 0) {
        __asm__ volatile("csrw mtvec, %0; csrw mie, %1; csrsi mstatus, 8" : : "r"(handler), "r"(8));
        MSIP = 1;
        while (passes < 1) {}
        MSIP = 1;
        while (passes < 2) {}
        __asm__ volatile("csrci mstatus, 8");
    }
    for (;;) __asm__ volatile("wfi");
}
