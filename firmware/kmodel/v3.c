#include "v3.h"

#include <stddef.h>

#include "arena.h"
#include "fail.h"
#include "simulate.h"
#include "uncached.h"

#define HEADER_WORDS 7u
#define EIGHT_BIT_WEIGHTS 1u
#define ARCHITECTURE_K210 0u
#define MOST_OUTPUTS 32u

struct header {
    uint32_t version, flags, architecture, layers, kpu_memory, main_memory, outputs;
};

static struct bytes file;
static const struct header *header;
static const uint32_t *outputs;        // address, size
static const uint32_t *layer_headers;  // type, size
static const uint32_t *bodies;
static uint8_t *main_memory;
static bool output_is_float[MOST_OUTPUTS];
uint8_t *v3_landing;

const uint8_t *v3_table(uint32_t offset, uint64_t size)
{
    if (offset > file.size || size > file.size - offset) {
        FAIL(EXIT_DATA, "%u bytes at offset %u are not in the file", (uint32_t)size, offset);
    }
    return file.start + offset;
}

void v3_need(const struct v3_layer *layer, uint64_t words)
{
    if (layer->words < words) FAIL(EXIT_DATA, "the body of a layer %s is too short", layer->name);
}

static uint8_t *place(uint32_t address, uint64_t count, uint32_t size)
{
    const uint64_t whole = header->main_memory;

    if (address > whole || count > (whole - address) / size || address % size != 0) {
        FAIL(EXIT_DATA, "%u elements at %u are not in the model's main memory", (uint32_t)count, address);
    }
    return main_memory + address;
}

static void tell_outputs(uint32_t address, bool floats)
{
    for (uint32_t index = 0; index < header->outputs; index++) {
        if (outputs[2 * index] == address) output_is_float[index] = floats;
    }
}

const float *v3_floats(uint32_t address, uint64_t count)
{
    return (const float *)place(address, count, sizeof(float));
}

const uint8_t *v3_bytes(uint32_t address, uint64_t count)
{
    return place(address, count, 1);
}

float *v3_floats_out(uint32_t address, uint64_t count)
{
    tell_outputs(address, true);
    return (float *)place(address, count, sizeof(float));
}

uint8_t *v3_bytes_out(uint32_t address, uint64_t count)
{
    tell_outputs(address, false);
    return place(address, count, 1);
}

/// Words from there to the file's end.
static uint64_t words_from(const uint32_t *place)
{
    return (file.size - (uint64_t)((const uint8_t *)place - file.start)) / 4;
}

/// What follows so many words of the file's headers.
static const uint32_t *words_after(const uint32_t *from, uint64_t words)
{
    if (words > words_from(from)) FAIL(EXIT_DATA, "the file ends within its headers");
    return from + words;
}

static void open_file(void)
{
    header = (const struct header *)file.start;
    outputs = words_after((const uint32_t *)file.start, HEADER_WORDS);
    if (header->architecture != ARCHITECTURE_K210) FAIL(EXIT_DATA, "the model is for another chip");
    if (header->outputs > MOST_OUTPUTS) FAIL(EXIT_DATA, "more than %u outputs", MOST_OUTPUTS);
    layer_headers = words_after(outputs, 2ull * header->outputs);
    bodies = words_after(layer_headers, 2ull * header->layers);
    main_memory = arena_reserve(header->main_memory, "its main memory");
}

/// The layer of that number, given where its body is; and the body after it.
static struct v3_layer layer_at(uint32_t number, const uint32_t **body, const struct v3_operator **operator)
{
    const uint32_t type = layer_headers[2 * number], size = layer_headers[2 * number + 1];

    *operator = v3_operator(type);
    if (*operator == NULL) FAIL(EXIT_DATA, "layer %u is of the unknown type %u", number, type);
    if (size % 4 != 0) FAIL(EXIT_DATA, "the body of layer %u, %s, is not made of words", number, (*operator)->name);
    // The compiler leaves the last words away where they are but filling.
    const uint64_t left = words_from(*body);
    const struct v3_layer layer = {(*operator)->name, *body, size / 4 < left ? size / 4 : (uint32_t)left};
    v3_need(&layer, (*operator)->words);
    *body += layer.words;
    return layer;
}

/// Room for what DMA writes: the largest result that goes to main memory.
static void reserve_landing(void)
{
    const uint32_t *body = bodies;
    uint64_t largest = 0;

    for (uint32_t number = 0; number < header->layers; number++) {
        const struct v3_operator *operator;
        const struct v3_layer layer = layer_at(number, &body, &operator);

        if (operator->type != V3_CONV || !(layer.body[0] & V3_MAIN_MEMORY_OUT)) continue;
        const uint64_t bytes = (v3_kpu_layer(&layer).words[11] >> 32) + 1;
        if (bytes > largest) largest = bytes;
    }
    v3_landing = uncached(arena_reserve(largest + 8, "results of the KPU"));
}

static __attribute__((noinline)) void layer_upload_input(const struct kpu_layer *first)
{
    const struct kpu_shape shape = layer_input(first);
    const uint8_t *const input = input_of((uint64_t)shape.width * shape.height * shape.channels, false);

    kpu_upload((uint32_t)(first->words[1] & 0x7FFF), input, shape);
}

/// The input goes to where the first layer reads.
static void place_input(void)
{
    const uint32_t *body = bodies;
    const struct v3_operator *operator;

    if (header->layers == 0) FAIL(EXIT_DATA, "the model has no layers");
    const struct v3_layer layer = layer_at(0, &body, &operator);
    if (operator->type == V3_CONV) {
        const struct kpu_layer first = v3_kpu_layer(&layer);
        layer_upload_input(&first);
    } else if (operator->type == V3_FULLY_CONNECTED) {
        const uint64_t count = layer.body[3];
        __builtin_memcpy(v3_floats_out(layer.body[1], count), input_of(count, true), 4 * count);
    } else {
        FAIL(EXIT_DATA, "the first layer is %s; only a convolution or a fully connected layer takes an input",
             operator->name);
    }
}

static void run_layers(void)
{
    const uint32_t *body = bodies;

    for (uint32_t number = 0; number < header->layers; number++) {
        const struct v3_operator *operator;
        const struct v3_layer layer = layer_at(number, &body, &operator);

        // A layer of the KPU shows itself by its commands.
        if (operator->type == V3_CONV) {
            operator->run(&layer);
            continue;
        }
        SIMULATE_LAYER_BEGIN(marker_name(operator->name, number), operator->macs ? operator->macs(&layer) : 0);
        operator->run(&layer);
        SIMULATE_LAYER_END();
    }
}

void v3_run(struct bytes bytes)
{
    file = bytes;
    open_file();
    print("kmodel version 3: %u layers, %u-bit weights, %u bytes of main memory\n", header->layers,
          header->flags & EIGHT_BIT_WEIGHTS ? 8 : 16, header->main_memory);
    reserve_landing();
    kpu_start(header->flags & EIGHT_BIT_WEIGHTS);
    place_input();
    run_layers();
    for (uint32_t index = 0; index < header->outputs; index++) {
        const uint32_t address = outputs[2 * index], size = outputs[2 * index + 1];
        if (output_is_float[index]) {
            print_floats(index, v3_floats(address, size / 4), size / 4);
        } else {
            print_bytes(index, v3_bytes(address, size), size);
        }
    }
}
