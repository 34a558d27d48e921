// Both harts at once on the same words: locks, atomic operations and a ring of
// messages. Whatever the order in which they run, the totals are exact.

#include <stdbool.h>

#include "board.h"
#include "harts.h"
#include "locks.h"
#include "print.h"

#define ROUNDS 5000u
#define MESSAGES 5000u
#define RING 8u

static struct ticket_lock ticket_lock;
static uint32_t swap_lock, reserved_lock;
static volatile uint64_t under_ticket, under_swap, under_reservation;  // guarded, so not atomic themselves

static uint32_t added_words;
static uint64_t added, reserved, bits_set, bits_toggled, bits_kept = ~0ull;
static int64_t greatest = INT64_MIN, least = INT64_MAX;
static uint64_t greatest_unsigned, least_unsigned = UINT64_MAX;

static void locks(uint64_t hart)
{
    for (uint32_t round = 0; round < ROUNDS; round++) {
        ticket_take(&ticket_lock);
        under_ticket = under_ticket + 1 + hart;
        ticket_give(&ticket_lock);

        swap_take(&swap_lock);
        under_swap = under_swap + 1 + hart;
        swap_give(&swap_lock);

        reserved_take(&reserved_lock);
        under_reservation = under_reservation + 1 + hart;
        swap_give(&reserved_lock);
    }
}

static void operations(uint64_t hart)
{
    for (uint32_t round = 0; round < ROUNDS; round++) {
        const int64_t value = (int64_t)(2 * round + hart) - (int64_t)ROUNDS;

        amoadd_w(&added_words, 1 + (uint32_t)hart);
        amoadd_d(&added, 0x100000001 + hart);
        reserved_add(&reserved, 0x100000001 + hart);
        amoor_d(&bits_set, 1ull << ((2 * round + hart) % 64));
        amoxor_d(&bits_toggled, (2 * round + hart) * 0x9E3779B97F4A7C15);
        amoand_d(&bits_kept, ~(1ull << ((2 * round + hart) % 63)));
        amomax_d(&greatest, value);
        amomin_d(&least, value);
        amomaxu_d(&greatest_unsigned, (uint64_t)value);
        amominu_d(&least_unsigned, (uint64_t)value);
    }
}

/// Messages of one writer for one reader; a place is free when its number has
/// been read.
struct ring {
    uint64_t places[RING];
    uint32_t written, read;
};

static struct ring to_hart_1, to_hart_0;

static void send(struct ring *ring, uint64_t message)
{
    const uint32_t number = ring->written;

    while (number - __atomic_load_n(&ring->read, __ATOMIC_ACQUIRE) == RING) {
    }
    ring->places[number % RING] = message;
    __atomic_store_n(&ring->written, number + 1, __ATOMIC_RELEASE);
}

static uint64_t receive(struct ring *ring)
{
    const uint32_t number = ring->read;

    while (__atomic_load_n(&ring->written, __ATOMIC_ACQUIRE) == number) {
    }
    const uint64_t message = ring->places[number % RING];
    __atomic_store_n(&ring->read, number + 1, __ATOMIC_RELEASE);
    return message;
}

static uint64_t next(uint64_t message)
{
    return message * 6364136223846793005 + 1442695040888963407;
}

static uint32_t arrived, finished;

/// Both harts begin each part together.
static void meet(uint32_t *count, uint32_t all)
{
    __atomic_fetch_add(count, 1, __ATOMIC_ACQ_REL);
    while (__atomic_load_n(count, __ATOMIC_ACQUIRE) < all) {
    }
}

static void hart_1(void)
{
    meet(&arrived, 2);
    locks(1);
    meet(&arrived, 4);
    operations(1);
    meet(&arrived, 6);
    for (uint32_t index = 0; index < MESSAGES; index++) send(&to_hart_0, next(receive(&to_hart_1)));
    meet(&finished, 2);
}

/// Keeps the ring full, so that both ends wait for each other now and then.
static uint32_t exchange(void)
{
    uint64_t message = 1, expected = 1;
    uint32_t right = 0;

    for (uint32_t index = 0; index < MESSAGES + RING; index++) {
        if (index < MESSAGES) send(&to_hart_1, message = next(message));
        if (index < RING) continue;
        expected = next(expected);
        if (receive(&to_hart_0) == next(expected)) right++;
    }
    return right;
}

static bool all_right = true;

static void check(const char *what, uint64_t value, uint64_t expected)
{
    print("%s: %08x%08x %s\n", what, (uint32_t)(value >> 32), (uint32_t)value, value == expected ? "ok" : "WRONG");
    if (value != expected) all_right = false;
}

/// What one hart alone would have toggled.
static uint64_t toggled(void)
{
    uint64_t bits = 0;
    for (uint64_t number = 0; number < 2 * ROUNDS; number++) bits ^= number * 0x9E3779B97F4A7C15;
    return bits;
}

int main(void)
{
    board_start();
    hart_1_start(hart_1);
    meet(&arrived, 2);
    locks(0);
    meet(&arrived, 4);
    operations(0);
    meet(&arrived, 6);
    const uint32_t right = exchange();
    meet(&finished, 2);

    check("under a ticket lock", under_ticket, 3 * ROUNDS);
    check("under a lock by amoswap", under_swap, 3 * ROUNDS);
    check("under a lock by lr and sc", under_reservation, 3 * ROUNDS);
    check("amoadd.w", added_words, 3 * ROUNDS);
    check("amoadd.d", added, 0x200000003 * (uint64_t)ROUNDS);
    check("lr.d and sc.d", reserved, 0x200000003 * (uint64_t)ROUNDS);
    check("amoor.d", bits_set, ~0ull);
    check("amoand.d", bits_kept, 1ull << 63);
    check("amoxor.d", bits_toggled, toggled());
    check("amomax.d", (uint64_t)greatest, ROUNDS - 1);
    check("amomin.d", (uint64_t)least, -(uint64_t)ROUNDS);
    check("amomaxu.d", greatest_unsigned, ~0ull);
    check("amominu.d", least_unsigned, 0);
    check("messages", right, MESSAGES);
    print("locks: %s\n", all_right ? "all exact" : "WRONG");
    return all_right ? 0 : 1;
}
