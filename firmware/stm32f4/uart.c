#include "uart.h"

#include "registers.h"

#define ALTERNATE_FUNCTION 2u
#define AF7_USART2 7u

static void pin_to_usart2(unsigned pin)
{
    GPIOA_MODER = (GPIOA_MODER & ~(3u << (2 * pin))) | ALTERNATE_FUNCTION << (2 * pin);
    GPIOA_AFRL = (GPIOA_AFRL & ~(15u << (4 * pin))) | AF7_USART2 << (4 * pin);
}

void uart_start(uint32_t apb1_hz, uint32_t baud)
{
    RCC_AHB1ENR |= RCC_AHB1ENR_GPIOAEN;
    RCC_APB1ENR |= RCC_APB1ENR_USART2EN;
    (void)RCC_APB1ENR;  // the clock is there two cycles after the write
    pin_to_usart2(2);
    pin_to_usart2(3);
    // BRR is the divider in sixteenths, so it is simply clock / baud, rounded.
    USART2_BRR = (apb1_hz + baud / 2) / baud;
    USART2_CR1 = USART_CR1_UE | USART_CR1_TE;
}

void uart_put(char byte)
{
    while (!(USART2_SR & USART_SR_TXE)) {
    }
    USART2_DR = (uint8_t)byte;
}

void uart_drain(void)
{
    while (!(USART2_SR & USART_SR_TC)) {
    }
}
