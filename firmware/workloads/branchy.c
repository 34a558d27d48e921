// Integer code full of branches: sorting a linked list, a matrix of int16, a
// state machine that reads numbers, CRC-16.

#include <stddef.h>

#include "workload.h"

#ifndef REPEAT
#define REPEAT 3000
#endif

#define NODES 200
#define SIDE 16
#define TEXT 1024

struct node {
    struct node *next;
    uint32_t key;
};

static struct node nodes[NODES];
static int16_t left[SIDE][SIDE], right[SIDE][SIDE], product[SIDE][SIDE];
static char text[TEXT + 1];

static void draw(uint32_t *seed)
{
    static const char letters[] = "0123456789+-.eE, x";

    for (int index = 0; index < NODES; index++) {
        nodes[index].key = next_random(seed) & 0xFFFF;
        nodes[index].next = index + 1 < NODES ? &nodes[index + 1] : NULL;
    }
    for (int row = 0; row < SIDE; row++) {
        for (int column = 0; column < SIDE; column++) {
            left[row][column] = (int16_t)(next_random(seed) & 0xFF);
            right[row][column] = (int16_t)(next_random(seed) & 0xFF);
        }
    }
    for (int index = 0; index < TEXT; index++) text[index] = letters[next_random(seed) % (sizeof letters - 1)];
    text[TEXT] = 0;
}

static struct node *merge(struct node *a, struct node *b)
{
    struct node head = {NULL, 0}, *last = &head;

    while (a != NULL && b != NULL) {
        struct node **less = a->key <= b->key ? &a : &b;
        last->next = *less;
        last = *less;
        *less = (*less)->next;
    }
    last->next = a != NULL ? a : b;
    return head.next;
}

static struct node *sort(struct node *list)
{
    if (list == NULL || list->next == NULL) return list;

    struct node *middle = list;
    for (struct node *end = list->next; end != NULL && end->next != NULL; end = end->next->next) {
        middle = middle->next;
    }
    struct node *rest = middle->next;
    middle->next = NULL;
    return merge(sort(list), sort(rest));
}

static void multiply(void)
{
    for (int row = 0; row < SIDE; row++) {
        for (int column = 0; column < SIDE; column++) {
            int32_t sum = 0;
            for (int index = 0; index < SIDE; index++) sum += left[row][index] * right[index][column];
            product[row][column] = (int16_t)(sum >> 4);
        }
    }
}

enum state { START, SIGN, INTEGER, FRACTION, EXPONENT, EXPONENT_SIGN, EXPONENT_DIGITS, WRONG, STATES };

static enum state step(enum state state, char letter)
{
    const int digit = letter >= '0' && letter <= '9';
    const int sign = letter == '+' || letter == '-';

    switch (state) {
    case START: return digit ? INTEGER : sign ? SIGN : letter == '.' ? FRACTION : WRONG;
    case SIGN: return digit ? INTEGER : letter == '.' ? FRACTION : WRONG;
    case INTEGER:
        if (digit) return INTEGER;
        if (letter == '.') return FRACTION;
        return letter == 'e' || letter == 'E' ? EXPONENT : WRONG;
    case FRACTION:
        if (digit) return FRACTION;
        return letter == 'e' || letter == 'E' ? EXPONENT : WRONG;
    case EXPONENT: return digit ? EXPONENT_DIGITS : sign ? EXPONENT_SIGN : WRONG;
    case EXPONENT_SIGN: return digit ? EXPONENT_DIGITS : WRONG;
    case EXPONENT_DIGITS: return digit ? EXPONENT_DIGITS : WRONG;
    default: return WRONG;
    }
}

/// How often each state was reached, in one word.
static uint32_t read_numbers(void)
{
    uint32_t reached[STATES] = {0}, sum = 0;
    enum state state = START;

    for (const char *letter = text; *letter; letter++) {
        state = *letter == ',' ? START : step(state, *letter);
        reached[state]++;
    }
    for (int index = 0; index < STATES; index++) sum = sum * 31 + reached[index];
    return sum;
}

static uint16_t crc16(uint16_t crc, uint32_t value, int bits)
{
    for (; bits > 0; bits--, value >>= 1) {
        const int carry = (crc ^ value) & 1;
        crc >>= 1;
        if (carry) crc ^= 0xA001;
    }
    return crc;
}

static uint32_t branches(void)
{
    uint32_t seed = 4;
    uint16_t crc = 0;

    draw(&seed);
    for (const struct node *node = sort(nodes); node != NULL; node = node->next) crc = crc16(crc, node->key, 16);
    multiply();
    for (int row = 0; row < SIDE; row++) {
        for (int column = 0; column < SIDE; column++) crc = crc16(crc, (uint16_t)product[row][column], 16);
    }
    return read_numbers() ^ crc;
}

int main(void)
{
    start_clock();
    repeat("branchy", branches, REPEAT, 0x918d2679);
}
