#include "v4.h"

#include <stddef.h>

#include "arena.h"
#include "fail.h"
#include "model.h"
#include "simulate.h"
#include "uncached.h"

#define MEMORY_CONSTANTS 0u
#define MEMORY_MAIN 1u

struct header {
    uint32_t identifier, version, flags, target;
    uint32_t constants, main_memory;  // bytes
    uint32_t nodes, inputs, outputs, reserved;
};

static struct header header;
static const uint8_t *constants;
static uint8_t *main_memory;

const void *body_take(struct body *body, uint64_t bytes)
{
    const uint8_t *const from = body->next;

    if (bytes > (uint64_t)(body->end - from)) body_fail(body, "ends too early");
    body->next += bytes;
    return from;
}

void body_read(struct body *body, void *to, uint64_t bytes)
{
    __builtin_memcpy(to, body_take(body, bytes), bytes);
}

uint32_t body_word(struct body *body)
{
    uint32_t word;
    body_read(body, &word, sizeof word);
    return word;
}

int32_t body_signed(struct body *body)
{
    return (int32_t)body_word(body);
}

float body_float(struct body *body)
{
    float value;
    body_read(body, &value, sizeof value);
    return value;
}

struct range body_range(struct body *body)
{
    struct range range;
    body_read(body, &range, sizeof range);
    return range;
}

struct limits body_limits(struct body *body)
{
    struct limits limits;
    body_read(body, &limits, sizeof limits);
    return limits;
}

struct shape body_shape(struct body *body)
{
    struct shape shape;
    uint64_t count = 1;

    body_read(body, &shape, sizeof shape);
    for (unsigned axis = 0; axis < 4; axis++) {
        if (shape.size[axis] < 1 || shape.size[axis] > 1 << 24) body_fail(body, "has impossible sizes");
        count *= (uint64_t)shape.size[axis];
        if (count > 1 << 24) body_fail(body, "has impossible sizes");
    }
    return shape;
}

uint64_t elements(struct shape shape)
{
    uint64_t count = 1;
    for (unsigned axis = 0; axis < 4; axis++) count *= (uint64_t)shape.size[axis];
    return count;
}

void body_fail(const struct body *body, const char *why)
{
    FAIL(EXIT_DATA, "%s %s", body->name, why);
    __builtin_unreachable();
}

uint32_t element_size(const struct body *body, uint32_t type)
{
    if (type != TYPE_FLOAT && type != TYPE_BYTE) body_fail(body, "is of an unknown type");
    return type == TYPE_FLOAT ? 4 : 1;
}

static uint8_t *memory_at(const struct body *body, struct range range, uint64_t bytes)
{
    const uint64_t sizes[] = {header.constants, header.main_memory, AI_MEMORY_BYTES};
    uint8_t *const starts[] = {(uint8_t *)(uintptr_t)constants, main_memory, (uint8_t *)(uintptr_t)UNCACHED_AI_MEMORY};

    if (range.memory > MEMORY_AI) body_fail(body, "is in an unknown memory");
    if (range.start > sizes[range.memory] || bytes > sizes[range.memory] - range.start) {
        body_fail(body, "reaches beyond its memory");
    }
    return starts[range.memory] + range.start;
}

uint8_t *range_bytes(const struct body *body, struct range range, uint64_t count)
{
    return memory_at(body, range, count * element_size(body, range.type));
}

float *range_floats(const struct body *body, struct range range, uint64_t count)
{
    uint8_t *const place = memory_at(body, range, 4 * count);

    if (range.type != TYPE_FLOAT || range.memory == MEMORY_AI) body_fail(body, "wants floats where there are none");
    if ((uintptr_t)place % 4 != 0) body_fail(body, "has floats at an odd place");
    return (float *)place;
}

static const struct v4_operator *find(const struct v4_operator *operators, uint32_t count, uint32_t code)
{
    for (uint32_t index = 0; index < count; index++) {
        if (operators[index].code == code) return &operators[index];
    }
    return NULL;
}

static const struct v4_operator *operator_of(uint32_t code)
{
    const struct v4_operator *operator = find(v4_kpu_operators, v4_kpu_operator_count, code);

    if (operator == NULL) operator = find(v4_tensor_operators, v4_tensor_operator_count, code);
    if (operator == NULL) operator = find(v4_window_operators, v4_window_operator_count, code);
    if (operator == NULL) FAIL(EXIT_DATA, "the operator %04x is unknown", code);
    return operator;
}

static __attribute__((noinline)) void layer_upload_input(uint32_t line, const uint8_t *from, struct kpu_shape shape)
{
    kpu_upload(line, from, shape);
}

static void place_input(const struct body *file, struct range range, struct shape shape)
{
    const bool floats = range.type == TYPE_FLOAT;
    const uint64_t count = elements(shape);
    const void *const input = input_of(count, floats);

    if (range.memory == MEMORY_AI) {
        const struct kpu_shape image = {(uint32_t)shape.size[3], (uint32_t)shape.size[2],
                                        (uint32_t)(shape.size[0] * shape.size[1])};
        if (floats || range.start % 64 != 0) body_fail(file, "has an input that the KPU cannot read");
        memory_at(file, range, 64ull * kpu_lines(image));
        layer_upload_input(range.start / 64, input, image);
    } else {
        __builtin_memcpy(range_bytes(file, range, count), input, count * element_size(file, range.type));
    }
}

static void place_inputs(struct body *file, const struct range *ranges)
{
    if (header.inputs != 1) body_fail(file, "has more or fewer inputs than one");
    place_input(file, ranges[0], body_shape(file));
}

static void run_nodes(struct body *headers)
{
    struct body rest = *headers;

    body_take(&rest, 8ull * header.nodes);
    for (uint32_t number = 0; number < header.nodes; number++) {
        const struct v4_operator *const operator = operator_of(body_word(headers));
        // The compiler leaves the file's last bytes away where they are but filling.
        const uint64_t size = body_word(headers), left = (uint64_t)(rest.end - rest.next);
        const uint8_t *const start = body_take(&rest, size < left ? size : left);
        struct body body = {operator->name, start, rest.next};

        // A layer of the KPU shows itself by its commands.
        if (find(v4_kpu_operators, 1, operator->code) != NULL) {
            operator->run(&body);
            continue;
        }
        SIMULATE_LAYER_BEGIN(marker_name(operator->name, number), operator->macs ? operator->macs(body) : 0);
        operator->run(&body);
        SIMULATE_LAYER_END();
    }
}

static void print_output(const struct body *file, uint32_t number, struct range range)
{
    if (range.type == TYPE_FLOAT) {
        print_floats(number, range_floats(file, range, range.size / 4), range.size / 4);
    } else {
        print_bytes(number, range_bytes(file, range, range.size), range.size);
    }
}

void v4_run(struct bytes bytes)
{
    struct body file = {"the file", bytes.start, bytes.start + bytes.size};

    body_read(&file, &header, sizeof header);
    print("kmodel version 4: %u layers, %u bytes of constants, %u bytes of main memory\n", header.nodes,
          header.constants, header.main_memory);
    const struct range *const inputs = body_take(&file, sizeof(struct range) * header.inputs);
    struct body shapes = file;
    body_take(&file, sizeof(struct shape) * header.inputs);
    const struct range *const outputs = body_take(&file, sizeof(struct range) * header.outputs);
    constants = body_take(&file, header.constants);
    main_memory = arena_reserve(header.main_memory, "its main memory");
    kpu_start(true);
    place_inputs(&shapes, inputs);
    run_nodes(&file);
    for (uint32_t index = 0; index < header.outputs; index++) print_output(&file, index, outputs[index]);
}
