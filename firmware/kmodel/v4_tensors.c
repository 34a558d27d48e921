// The layers of version 4 that work on whole tensors.

#include <stddef.h>

#include "mathematics.h"
#include "v4.h"
#include "windows.h"

static uint64_t offset(struct shape shape, const int32_t index[4])
{
    uint64_t place = 0;
    for (unsigned axis = 0; axis < 4; axis++) place = place * (uint64_t)shape.size[axis] + (uint64_t)index[axis];
    return place;
}

/// The element that a smaller tensor has for an index of a greater one: where
/// it is smaller, there is but one.
static uint64_t reduced(struct shape shape, const int32_t index[4])
{
    int32_t within[4];
    for (unsigned axis = 0; axis < 4; axis++) within[axis] = index[axis] >= shape.size[axis] ? 0 : index[axis];
    return offset(shape, within);
}

/// Goes to the next index; false after the last.
static bool step(struct shape shape, int32_t index[4])
{
    for (int axis = 3; axis >= 0; axis--) {
        if (++index[axis] < shape.size[axis]) return true;
        index[axis] = 0;
    }
    return false;
}

static bool same(struct shape a, struct shape b)
{
    return a.size[0] == b.size[0] && a.size[1] == b.size[1] && a.size[2] == b.size[2] && a.size[3] == b.size[3];
}

static void move(uint8_t *to, const uint8_t *from, uint64_t index, uint32_t size)
{
    if (size == 4) {
        *(uint32_t *)to = ((const uint32_t *)from)[index];
    } else {
        *to = from[index];
    }
}

enum binary { BINARY_ADD, BINARY_SUBTRACT, BINARY_MULTIPLY, BINARY_DIVIDE, BINARY_MINIMUM, BINARY_MAXIMUM };

struct operands {
    struct shape a, b, out;
};

static void read_operands(struct body *body, struct range ranges[3], uint32_t *operation, struct operands *operands)
{
    for (unsigned index = 0; index < 3; index++) ranges[index] = body_range(body);
    *operation = body_word(body);
    operands->a = body_shape(body);
    operands->b = body_shape(body);
    operands->out = body_shape(body);
}

typedef float (*float_operation)(float a, float b);

SPECIALISED float add_floats(float a, float b) { return a + b; }
SPECIALISED float subtract_floats(float a, float b) { return a - b; }
SPECIALISED float multiply_floats(float a, float b) { return a * b; }
SPECIALISED float divide_floats(float a, float b) { return a / b; }
SPECIALISED float lesser_float(float a, float b) { return b < a ? b : a; }
SPECIALISED float greater_float(float a, float b) { return a < b ? b : a; }

SPECIALISED void combine_floats(const struct operands *operands, float_operation operation, struct limits limits,
                                const float *a, const float *b, float *out)
{
    if (same(operands->a, operands->b)) {
        const uint64_t count = elements(operands->a);
        for (uint64_t index = 0; index < count; index++) out[index] = limited(operation(a[index], b[index]), limits);
        return;
    }
    int32_t index[4] = {0};
    do *out++ = limited(operation(a[reduced(operands->a, index)], b[reduced(operands->b, index)]), limits);
    while (step(operands->out, index));
}

LAYER layer_binary(struct body *body)
{
    struct range ranges[3];
    struct operands shapes;
    uint32_t operation;

    read_operands(body, ranges, &operation, &shapes);
    const struct limits limits = body_limits(body);
    const float *const a = range_floats(body, ranges[0], elements(shapes.a));
    const float *const b = range_floats(body, ranges[1], elements(shapes.b));
    float *const out = range_floats(body, ranges[2], elements(same(shapes.a, shapes.b) ? shapes.a : shapes.out));
    switch (operation) {
    case BINARY_ADD: combine_floats(&shapes, add_floats, limits, a, b, out); break;
    case BINARY_SUBTRACT: combine_floats(&shapes, subtract_floats, limits, a, b, out); break;
    case BINARY_MULTIPLY: combine_floats(&shapes, multiply_floats, limits, a, b, out); break;
    case BINARY_DIVIDE: combine_floats(&shapes, divide_floats, limits, a, b, out); break;
    case BINARY_MINIMUM: combine_floats(&shapes, lesser_float, limits, a, b, out); break;
    case BINARY_MAXIMUM: combine_floats(&shapes, greater_float, limits, a, b, out); break;
    default: body_fail(body, "has an unknown operation");
    }
}

struct factor {
    int32_t offset, mul, shift;
};

typedef int32_t (*integer_operation)(int32_t a, int32_t b);

SPECIALISED int32_t add_integers(int32_t a, int32_t b) { return a + b; }
SPECIALISED int32_t subtract_integers(int32_t a, int32_t b) { return a - b; }
SPECIALISED int32_t multiply_integers(int32_t a, int32_t b) { return a * b; }
SPECIALISED int32_t divide_integers(int32_t a, int32_t b) { return b == 0 ? 0 : (a + b / 2) / b; }
SPECIALISED int32_t lesser_integer(int32_t a, int32_t b) { return b < a ? b : a; }
SPECIALISED int32_t greater_integer(int32_t a, int32_t b) { return a < b ? b : a; }

SPECIALISED uint8_t combine_two(const struct factor factors[3], integer_operation operation, uint8_t a, uint8_t b)
{
    const int32_t x = scaled(a + factors[0].offset, factors[0].mul, factors[0].shift);
    const int32_t y = scaled(b + factors[1].offset, factors[1].mul, factors[1].shift);
    return to_byte(scaled(operation(x, y), factors[2].mul, factors[2].shift) + factors[2].offset);
}

SPECIALISED void combine_bytes(const struct operands *operands, integer_operation operation,
                               const struct factor factors[3], const uint8_t *a, const uint8_t *b, uint8_t *out)
{
    if (same(operands->a, operands->b)) {
        const uint64_t count = elements(operands->a);
        for (uint64_t index = 0; index < count; index++) {
            out[index] = combine_two(factors, operation, a[index], b[index]);
        }
        return;
    }
    int32_t index[4] = {0};
    do *out++ = combine_two(factors, operation, a[reduced(operands->a, index)], b[reduced(operands->b, index)]);
    while (step(operands->out, index));
}

LAYER layer_quantized_binary(struct body *body)
{
    struct range ranges[3];
    struct operands shapes;
    struct factor factors[3];
    uint32_t operation;

    read_operands(body, ranges, &operation, &shapes);
    body_read(body, factors, sizeof factors);
    const uint8_t *const a = range_bytes(body, ranges[0], elements(shapes.a));
    const uint8_t *const b = range_bytes(body, ranges[1], elements(shapes.b));
    uint8_t *const out = range_bytes(body, ranges[2], elements(same(shapes.a, shapes.b) ? shapes.a : shapes.out));
    switch (operation) {
    case BINARY_ADD: combine_bytes(&shapes, add_integers, factors, a, b, out); break;
    case BINARY_SUBTRACT: combine_bytes(&shapes, subtract_integers, factors, a, b, out); break;
    case BINARY_MULTIPLY: combine_bytes(&shapes, multiply_integers, factors, a, b, out); break;
    case BINARY_DIVIDE: combine_bytes(&shapes, divide_integers, factors, a, b, out); break;
    case BINARY_MINIMUM: combine_bytes(&shapes, lesser_integer, factors, a, b, out); break;
    case BINARY_MAXIMUM: combine_bytes(&shapes, greater_integer, factors, a, b, out); break;
    default: body_fail(body, "has an unknown operation");
    }
}

#define MOST_PIECES 64u

LAYER layer_concat(struct body *body)
{
    const struct range output = body_range(body);
    const uint64_t inner = body_word(body);
    const uint32_t rows = body_word(body), count = body_word(body);
    struct range inputs[MOST_PIECES];
    struct piece pieces[MOST_PIECES];
    uint64_t row = 0;

    if (count > MOST_PIECES) body_fail(body, "has too many inputs");
    body_read(body, inputs, count * sizeof *inputs);
    for (uint32_t index = 0; index < count; index++) {
        struct range input = inputs[index];
        input.type = TYPE_BYTE;
        pieces[index].size = inner * body_word(body);
        pieces[index].from = range_bytes(body, input, pieces[index].size * rows);
        row += pieces[index].size;
    }
    struct range whole = output;
    whole.type = TYPE_BYTE;
    concatenate(range_bytes(body, whole, row * rows), pieces, count, rows);
}

/// q = x * scale + zero point; the other way round the SDK's runtime takes the
/// reciprocal once.
LAYER layer_dequantize(struct body *body)
{
    const struct range input = body_range(body), output = body_range(body);
    const float zero_point = (float)body_signed(body), scale = 1.0f / body_float(body), zero = -zero_point * scale;
    const uint8_t *const from = range_bytes(body, input, input.size);
    float *const to = range_floats(body, output, input.size);

    for (uint32_t index = 0; index < input.size; index++) to[index] = (float)from[index] * scale + zero;
}

/// Ties go to even, but for the last of an odd number: there away from zero.
LAYER layer_quantize(struct body *body)
{
    const struct range input = body_range(body), output = body_range(body);
    const float zero = (float)body_signed(body), scale = body_float(body);
    const uint32_t count = input.size / 4;
    const float *const from = range_floats(body, input, count);
    uint8_t *const to = range_bytes(body, output, count);

    for (uint32_t index = 0; index < count / 2 * 2; index++) {
        to[index] = to_byte(round_to_even(from[index] * scale + zero));
    }
    if (count % 2 != 0) to[count - 1] = to_byte(round_away(from[count - 1] * scale + zero));
}

LAYER layer_matmul(struct body *body)
{
    const struct range a = body_range(body), b = body_range(body), output = body_range(body);
    const uint64_t rows = body_word(body), inner = body_word(body), columns = body_word(body);
    const struct limits limits = body_limits(body);
    const float *const bias = body_take(body, 4 * columns);

    if ((uintptr_t)bias % 4 != 0) body_fail(body, "has a bias at an odd place");
    matrix_product(range_floats(body, output, rows * columns), range_floats(body, a, rows * inner),
                   range_floats(body, b, inner * columns), bias, (uint32_t)rows, (uint32_t)inner, (uint32_t)columns,
                   limits);
}

LAYER layer_quantized_matmul(struct body *body)
{
    const struct range a = body_range(body), b = body_range(body), output = body_range(body);
    const uint64_t rows = body_word(body), inner = body_word(body), columns = body_word(body);
    const int32_t a_offset = body_signed(body), b_offset = body_signed(body);
    const int32_t mul = body_signed(body), shift = body_signed(body), out_offset = body_signed(body);
    const int32_t *const bias = body_take(body, 4 * columns);
    const uint8_t *left = range_bytes(body, a, rows * inner), *const right = range_bytes(body, b, inner * columns);
    uint8_t *to = range_bytes(body, output, rows * columns);

    if ((uintptr_t)bias % 4 != 0) body_fail(body, "has a bias at an odd place");
    for (uint64_t row = 0; row < rows; row++, left += inner) {
        for (uint64_t column = 0; column < columns; column++) {
            int32_t sum = bias[column];
            for (uint64_t index = 0; index < inner; index++) {
                sum += (left[index] + a_offset) * (right[index * columns + column] + b_offset);
            }
            *to++ = to_byte(scaled(sum, mul, shift) + out_offset);
        }
    }
}

static uint64_t macs_matmul(struct body body)
{
    for (unsigned index = 0; index < 3; index++) body_range(&body);
    return (uint64_t)body_word(&body) * body_word(&body) * body_word(&body);
}

LAYER layer_memory_copy(struct body *body)
{
    struct range input = body_range(body), output = body_range(body);

    input.type = output.type = TYPE_BYTE;
    __builtin_memmove(range_bytes(body, output, input.size), range_bytes(body, input, input.size), input.size);
}

LAYER layer_pad(struct body *body)
{
    const struct range input = body_range(body), output = body_range(body);
    const struct shape shape = body_shape(body);
    int32_t paddings[4][2];
    body_read(body, paddings, sizeof paddings);
    body_word(body);  // the value's type is the input's
    const void *const value = body_take(body, 4);
    const uint32_t size = element_size(body, input.type);
    struct shape padded;

    for (unsigned axis = 0; axis < 4; axis++) {
        padded.size[axis] = shape.size[axis] + paddings[axis][0] + paddings[axis][1];
        if (padded.size[axis] < 1 || padded.size[axis] > 4096) body_fail(body, "has impossible paddings");
    }
    const uint8_t *const from = range_bytes(body, input, elements(shape));
    uint8_t *to = range_bytes(body, output, elements(padded));
    int32_t index[4] = {0};
    do {
        int32_t source[4];
        bool inside = true;
        for (unsigned axis = 0; axis < 4; axis++) {
            source[axis] = index[axis] - paddings[axis][0];
            inside = inside && source[axis] >= 0 && source[axis] < shape.size[axis];
        }
        if (inside) {
            move(to, from, offset(shape, source), size);
        } else {
            __builtin_memcpy(to, value, size);
        }
        to += size;
    } while (step(padded, index));
}

SPECIALISED void reduce_floats(struct shape in, struct shape out, float_operation operation, const float *from,
                               float *to)
{
    int32_t index[4] = {0};
    do {
        float *const place = to + reduced(out, index);
        *place = operation(*place, *from++);
    } while (step(in, index));
}

LAYER layer_reduce(struct body *body)
{
    const struct range input = body_range(body), output = body_range(body);
    const uint32_t operation = body_word(body);
    const struct shape in = body_shape(body), out = body_shape(body);
    const float start = body_float(body);
    const float *const from = range_floats(body, input, elements(in));
    float *const to = range_floats(body, output, elements(out));
    const uint64_t count = elements(out);

    for (uint64_t index = 0; index < count; index++) to[index] = start;
    switch (operation) {
    case REDUCE_MEAN:
    case REDUCE_SUM: reduce_floats(in, out, add_floats, from, to); break;
    case REDUCE_MINIMUM: reduce_floats(in, out, lesser_float, from, to); break;
    case REDUCE_MAXIMUM: reduce_floats(in, out, greater_float, from, to); break;
    default: body_fail(body, "has an unknown operation");
    }
    const float share = (float)count / (float)elements(in);
    for (uint64_t index = 0; operation == REDUCE_MEAN && index < count; index++) to[index] *= share;
}

LAYER layer_resize_image(struct body *body)
{
    const struct range input = body_range(body), output = body_range(body);
    const struct shape shape = body_shape(body);
    struct resize resize = {
        .planes = shape.size[0] * shape.size[1],
        .in_height = shape.size[2],
        .in_width = shape.size[3],
    };
    resize.out_height = body_signed(body);
    resize.out_width = body_signed(body);
    const bool bilinear = body_word(body) == 0;
    body_read(body, &resize.align_corners, 1);
    if (resize.out_height < 1 || resize.out_width < 1 || resize.out_height > 4096 || resize.out_width > 4096) {
        body_fail(body, "has impossible sizes");
    }
    const uint64_t count = (uint64_t)resize.planes * (uint64_t)resize.out_height * (uint64_t)resize.out_width;

    if (input.type == TYPE_BYTE) {
        const uint8_t *const from = range_bytes(body, input, elements(shape));
        uint8_t *const to = range_bytes(body, output, count);
        if (bilinear) {
            resize_bilinear_bytes(to, from, &resize);
        } else {
            resize_nearest_bytes(to, from, &resize);
        }
    } else {
        const float *const from = range_floats(body, input, elements(shape));
        float *const to = range_floats(body, output, count);
        if (bilinear) {
            resize_bilinear_floats(to, from, &resize);
        } else {
            resize_nearest_floats(to, from, &resize);
        }
    }
}

LAYER layer_softmax(struct body *body)
{
    const struct range input = body_range(body), output = body_range(body);
    const uint32_t columns = body_word(body), rows = body_word(body);
    const float beta = body_float(body);
    const uint64_t count = (uint64_t)rows * columns;

    if (columns == 0) body_fail(body, "has no columns");
    softmax(range_floats(body, output, count), range_floats(body, input, count), rows, columns, beta);
}

LAYER layer_transpose(struct body *body)
{
    const struct range input = body_range(body), output = body_range(body);
    const struct shape shape = body_shape(body);
    int32_t axes[4];
    body_read(body, axes, sizeof axes);
    const uint32_t size = element_size(body, input.type);
    struct shape turned;

    for (unsigned axis = 0; axis < 4; axis++) {
        if (axes[axis] < 0 || axes[axis] > 3) body_fail(body, "has an unknown axis");
        turned.size[axis] = shape.size[axes[axis]];
    }
    if (elements(turned) != elements(shape)) body_fail(body, "has an axis twice");
    const uint8_t *const from = range_bytes(body, input, elements(shape));
    uint8_t *to = range_bytes(body, output, elements(shape));
    int32_t index[4] = {0};
    do {
        int32_t source[4];
        for (unsigned axis = 0; axis < 4; axis++) source[axes[axis]] = index[axis];
        move(to, from, offset(shape, source), size);
        to += size;
    } while (step(turned, index));
}

LAYER layer_strided_slice(struct body *body)
{
    const struct range input = body_range(body), output = body_range(body);
    const struct shape shape = body_shape(body);
    int32_t begin[4], end[4], stride[4];
    body_read(body, begin, sizeof begin);
    body_read(body, end, sizeof end);
    body_read(body, stride, sizeof stride);
    const uint32_t size = element_size(body, input.type);
    struct shape taken;

    for (unsigned axis = 0; axis < 4; axis++) {
        if (stride[axis] == 0) body_fail(body, "has a stride of 0");
        const int64_t distance = (int64_t)end[axis] - begin[axis], pace = stride[axis];
        const int64_t count = (distance + pace - (pace > 0 ? 1 : -1)) / pace;
        if (distance * pace <= 0) return;
        if (begin[axis] < 0 || begin[axis] + (count - 1) * pace < 0
            || begin[axis] >= shape.size[axis] || begin[axis] + (count - 1) * pace >= shape.size[axis]) {
            body_fail(body, "slices beyond its input");
        }
        taken.size[axis] = (int32_t)count;
    }
    const uint8_t *const from = range_bytes(body, input, elements(shape));
    uint8_t *to = range_bytes(body, output, elements(taken));
    int32_t index[4] = {0};
    do {
        int32_t source[4];
        for (unsigned axis = 0; axis < 4; axis++) source[axis] = begin[axis] + index[axis] * stride[axis];
        move(to, from, offset(shape, source), size);
        to += size;
    } while (step(taken, index));
}

LAYER layer_table_lookup1d(struct body *body)
{
    const struct range input = body_range(body), table = body_range(body), output = body_range(body);
    if (input.type != TYPE_BYTE) body_fail(body, "wants bytes");
    const uint8_t *const from = range_bytes(body, input, input.size), *const values = range_bytes(body, table, 256);
    uint8_t *const to = range_bytes(body, output, input.size);

    for (uint32_t index = 0; index < input.size; index++) to[index] = values[from[index]];
}

typedef float (*function)(float x);

SPECIALISED float absolute(float x) { return __builtin_fabsf(x); }
SPECIALISED float negated(float x) { return -x; }
SPECIALISED float reciprocal_root(float x) { return 1.0f / square_root(x); }
SPECIALISED float square(float x) { return x * x; }

SPECIALISED void apply(function function, const float *from, float *to, uint32_t count)
{
    for (uint32_t index = 0; index < count; index++) to[index] = function(from[index]);
}

LAYER layer_unary(struct body *body)
{
    const struct range input = body_range(body), output = body_range(body);
    const uint32_t operation = body_word(body), count = input.size / 4;
    const float *const from = range_floats(body, input, count);
    float *const to = range_floats(body, output, count);

    switch (operation) {
    case 0: apply(absolute, from, to, count); break;
    case 1: apply(ceiling_of, from, to, count); break;
    case 2: apply(cosine, from, to, count); break;
    case 3: apply(exponential, from, to, count); break;
    case 4: apply(floor_of, from, to, count); break;
    case 5: apply(logarithm, from, to, count); break;
    case 6: apply(negated, from, to, count); break;
    case 7: apply(reciprocal_root, from, to, count); break;
    case 8: apply(sine, from, to, count); break;
    case 9: apply(square, from, to, count); break;
    default: body_fail(body, "has an unknown operation");
    }
}

#define STACK 64

/// A value's way through a function that is written as a program for a stack.
static float evaluate(struct body body, float x)
{
    float stack[STACK + 3] = {0}, *top = stack + 2;  // two more below, for programs that pop too much
    const struct body *const program = &body;

    while (body.next < body.end) {
        if (top < stack + 2 || top > stack + STACK) body_fail(program, "overruns its stack");
        switch (*(const uint8_t *)body_take(&body, 1)) {
        case 0x00: break;
        case 0x01: top[1] = top[0], top++; break;
        case 0x02: top--; break;
        case 0x03: *++top = x; break;
        case 0x04: *++top = 0; break;
        case 0x05: *++top = 1; break;
        case 0x06: *++top = body_float(&body); break;
        case 0x20: *top = absolute(*top); break;
        case 0x21: *top = ceiling_of(*top); break;
        case 0x22: *top = cosine(*top); break;
        case 0x23: *top = exponential(*top); break;
        case 0x24: *top = floor_of(*top); break;
        case 0x25: *top = logarithm(*top); break;
        case 0x26: *top = -*top; break;
        case 0x27: *top = reciprocal_root(*top); break;
        case 0x28: *top = sine(*top); break;
        case 0x29: *top = square(*top); break;
        case 0x40: top--, *top = top[0] + top[1]; break;
        case 0x41: top--, *top = top[0] - top[1]; break;
        case 0x42: top--, *top = top[0] * top[1]; break;
        case 0x43: top--, *top = top[0] / top[1]; break;
        case 0x44: top--, *top = lesser_float(top[0], top[1]); break;
        case 0x45: top--, *top = greater_float(top[0], top[1]); break;
        case 0x80: top -= 2, *top = limited(top[0], (struct limits){top[1], top[2]}); break;
        case 0xA0: return *top;
        default: body_fail(program, "has an unknown instruction");
        }
    }
    body_fail(program, "returns nothing");
}

LAYER layer_nnil_unary_method(struct body *body)
{
    const struct range input = body_range(body), output = body_range(body);
    const uint32_t count = input.size / 4;
    const float *const from = range_floats(body, input, count);
    float *const to = range_floats(body, output, count);

    for (uint32_t index = 0; index < count; index++) to[index] = evaluate(*body, from[index]);
}

const struct v4_operator v4_tensor_operators[] = {
    {0x0000, "binary", layer_binary, NULL},
    {0x0001, "concat", layer_concat, NULL},
    {0x0003, "dequantize", layer_dequantize, NULL},
    {0x0004, "matmul", layer_matmul, macs_matmul},
    {0x0005, "pad", layer_pad, NULL},
    {0x0006, "quantize", layer_quantize, NULL},
    {0x0007, "reduce", layer_reduce, NULL},
    {0x0009, "memory_copy", layer_memory_copy, NULL},
    {0x000A, "resize_image", layer_resize_image, NULL},
    {0x000B, "softmax", layer_softmax, NULL},
    {0x000C, "transpose", layer_transpose, NULL},
    {0x000D, "strided_slice", layer_strided_slice, NULL},
    {0x000E, "unary", layer_unary, NULL},
    {0x0010, "quantized_matmul", layer_quantized_matmul, macs_matmul},
    {0x0011, "quantized_binary", layer_quantized_binary, NULL},
    {0x0012, "table_lookup1d", layer_table_lookup1d, NULL},
    {0x0014, "nnil_unary_method", layer_nnil_unary_method, NULL},
};
const uint32_t v4_tensor_operator_count = sizeof v4_tensor_operators / sizeof *v4_tensor_operators;
