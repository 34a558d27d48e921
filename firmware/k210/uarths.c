#include "uarths.h"

#include "clock.h"
#include "registers.h"

// Functions 18 and 19 with the pads' settings for an input and an output.
#define IO_UARTHS_RX 0x00900012u
#define IO_UARTHS_TX 0x00001F13u

#define BITS_PER_BYTE 10u
#define FIFO_BYTES 8u

static uint32_t cycles_per_byte;

void uarths_start(uint32_t clock_hz, uint32_t baud)
{
    SYSCTL_CLK_EN_CENT |= SYSCTL_CLK_EN_CENT_APB0;
    SYSCTL_CLK_EN_PERI |= SYSCTL_CLK_EN_PERI_FPIOA;
    FPIOA_IO(4) = IO_UARTHS_RX;
    FPIOA_IO(5) = IO_UARTHS_TX;
    UARTHS_DIV = clock_hz / baud - 1;
    cycles_per_byte = BITS_PER_BYTE * (clock_hz / baud);
    UARTHS_TXCTRL = UARTHS_TXCTRL_ENABLE | UARTHS_TXCTRL_LEVEL(1u);
}

void uarths_put(char byte)
{
    while (UARTHS_TXDATA & UARTHS_TXDATA_FULL) {
    }
    UARTHS_TXDATA = (uint8_t)byte;
}

void uarths_drain(void)
{
    // The watermark tells that the FIFO is empty; the shift register has no
    // flag, so its byte is given its time.
    const uint64_t start = clock_cycles();
    while (!(UARTHS_IP & UARTHS_IP_TXWM) && clock_cycles() - start < FIFO_BYTES * cycles_per_byte) {
    }
    const uint64_t last = clock_cycles();
    while (clock_cycles() - last < cycles_per_byte) {
    }
}
